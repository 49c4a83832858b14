SELECT array_to_string(certificates, ' ') AS certificates, (extract(epoch FROM created_at) * 1000000)::bigint AS created_us
FROM machine_client WHERE user_id = $1
