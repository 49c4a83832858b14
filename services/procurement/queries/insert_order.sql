INSERT INTO purchase_order (order_id, alliance_id, supplier_id, deliver_to_location_id, total_amount, orderer_id,
                            line_count, created_at)
VALUES ($1, $2, $3, $4, $5::bigint, $6, $7::int, $8::timestamptz)
ON CONFLICT (order_id) DO NOTHING
