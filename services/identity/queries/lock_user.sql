SELECT account.user_id, display_name, array_to_string(roles, ' ') AS roles, scope, coalesce(institution_id, '') AS institution_id,
       coalesce(alliance_id, '') AS alliance_id, coalesce(supplier_id, '') AS supplier_id,
       coalesce(department_id, '') AS department_id, post_id, (extract(epoch FROM ends_at) * 1000000)::bigint AS post_ends_us,
       disabled, account.version, (extract(epoch FROM account.created_at) * 1000000)::bigint AS created_us, password_hash
FROM account CROSS JOIN present_post(account.user_id) AS post
WHERE account.user_id = $1 FOR UPDATE OF account
