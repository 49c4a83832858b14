SELECT user_id, display_name, array_to_string(roles, ' ') AS roles, scope, coalesce(institution_id, '') AS institution_id,
       coalesce(alliance_id, '') AS alliance_id, coalesce(supplier_id, '') AS supplier_id, disabled, version,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us, password_hash
FROM account WHERE user_id = $1 FOR UPDATE
