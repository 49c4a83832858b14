-- Of a holder whose goods the caller sees.
SELECT holder, month::text AS month, (extract(epoch FROM closed_at) * 1000000)::bigint AS closed_us, closed_by
FROM period
WHERE holder = $1 AND month = $2::date AND sees(institution_id, alliance_id)
