-- What a delegation is made of, of the rows of stand_ins().
delegation_id, post_id, holder_id, delegate_id, array_to_string(roles, ' ') AS roles,
       array_to_string(permissions, ' ') AS permissions, scope, coalesce(institution_id, '') AS institution_id,
       coalesce(alliance_id, '') AS alliance_id, coalesce(supplier_id, '') AS supplier_id,
       coalesce(department_id, '') AS department_id, (extract(epoch FROM delegated_from) * 1000000)::bigint AS delegated_from_us,
       (extract(epoch FROM delegated_until) * 1000000)::bigint AS delegated_until_us,
       (extract(epoch FROM starts_at) * 1000000)::bigint AS starts_us, (extract(epoch FROM ends_at) * 1000000)::bigint AS ends_us,
       version, (extract(epoch FROM created_at) * 1000000)::bigint AS created_us
