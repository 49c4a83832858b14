SELECT despatch_id, order_id, alliance_id, supplier_id, deliver_to_location_id, tracking_number, line_count,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us,
       (extract(epoch FROM withdrawn_at) * 1000000)::bigint AS withdrawn_at_us, withdrawal_reason
FROM despatch
WHERE (created_at, despatch_id) < ($1::timestamptz, $2) AND ($3 = '' OR order_id = $3)
ORDER BY created_at DESC, despatch_id DESC
LIMIT $4::int
