SELECT post_id, user_id, array_to_string(roles, ' ') AS roles, scope, coalesce(institution_id, '') AS institution_id,
       coalesce(alliance_id, '') AS alliance_id, coalesce(supplier_id, '') AS supplier_id,
       coalesce(department_id, '') AS department_id, (extract(epoch FROM starts_at) * 1000000)::bigint AS starts_us,
       (extract(epoch FROM ends_at) * 1000000)::bigint AS ends_us, version,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us
FROM post WHERE post_id = $1 FOR UPDATE
