-- Before a month and holder ($1, $2), of one holder ($4) or all whose goods the caller sees, newest first.
SELECT holder, month::text AS month, (extract(epoch FROM closed_at) * 1000000)::bigint AS closed_us, closed_by
FROM period
WHERE (month, holder) < ($1::date, $2) AND ($4 = '' OR holder = $4) AND sees(institution_id, alliance_id)
ORDER BY month DESC, holder DESC
LIMIT $3::int
