SELECT institution_id, alliance_id, display_name, lead, version, (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM closed_at) * 1000000)::bigint AS closed_us
FROM institution WHERE institution_id = $1 FOR UPDATE
