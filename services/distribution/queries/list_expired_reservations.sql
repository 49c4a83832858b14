SELECT reservation_id, (extract(epoch FROM expires_at) * 1000000)::bigint AS expires_us
FROM reservation WHERE state = 'open' AND expires_at <= $1::timestamptz
ORDER BY expires_at LIMIT $2::int
