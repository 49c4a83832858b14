SELECT institution_id, alliance_id, display_name, lead, (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM closed_at) * 1000000)::bigint AS closed_us, version
FROM institution WHERE institution_id > $1 AND ($3 = '' OR alliance_id = $3) ORDER BY institution_id LIMIT $2::int
