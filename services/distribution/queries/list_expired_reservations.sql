-- What is over at an instant ($1), after one that was seen ($2, $3), in the order in which it ended.
SELECT reservation_id, (extract(epoch FROM expires_at) * 1000000)::bigint AS expires_us
FROM reservation
WHERE state = 'open' AND expires_at <= $1::timestamptz AND (expires_at, reservation_id) > ($2::timestamptz, $3::uuid)
ORDER BY expires_at, reservation_id LIMIT $4::int
