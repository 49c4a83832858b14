SELECT order_id, alliance_id, supplier_id, deliver_to_location_id, state, total_amount, orderer_id, line_count,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us, version
FROM purchase_order
WHERE (created_at, order_id) < ($1::timestamptz, $2) AND ($3 = '' OR state = $3)
ORDER BY created_at DESC, order_id DESC
LIMIT $4::int
