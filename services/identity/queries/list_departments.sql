SELECT department_id, institution_id, alliance_id, display_name, (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM closed_at) * 1000000)::bigint AS closed_us, version
FROM department WHERE department_id > $1 AND ($3 = '' OR institution_id = $3) ORDER BY department_id LIMIT $2::int
