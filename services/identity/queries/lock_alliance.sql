SELECT alliance_id, display_name, version, (extract(epoch FROM created_at) * 1000000)::bigint AS created_us
FROM alliance WHERE alliance_id = $1 FOR UPDATE
