SELECT alliance_id, display_name, (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       version
FROM alliance WHERE alliance_id > $1 ORDER BY alliance_id LIMIT $2::int
