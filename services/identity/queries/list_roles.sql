SELECT role_id, version, (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_us,
       coalesce((SELECT string_agg(permission, ' ' ORDER BY permission COLLATE "C") FROM role_permission AS held
                 WHERE held.role_id = role.role_id), '') AS permissions
FROM role WHERE $1 = '' OR role_id = $1
