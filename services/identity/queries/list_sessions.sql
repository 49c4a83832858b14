SELECT left(handle_hash, 32) AS session_id, address, client, (extract(epoch FROM started_at) * 1000000)::bigint AS started_us,
       (extract(epoch FROM used_at) * 1000000)::bigint AS used_us
FROM session
WHERE user_id = $1 AND ended_at IS NULL AND used_at > $2::timestamptz AND started_at > $3::timestamptz
ORDER BY used_at DESC, handle_hash LIMIT 100
