SELECT department_id, institution_id, alliance_id, display_name, version,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM closed_at) * 1000000)::bigint AS closed_us
FROM department WHERE department_id = $1 FOR UPDATE
