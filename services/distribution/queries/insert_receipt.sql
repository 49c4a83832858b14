INSERT INTO receipt (receipt_id, despatch_id, order_id, location_id, receiver_id, created_at, alliance_id, supplier_id)
VALUES ($1, $2, $3, $4, $5, $6::timestamptz, $7, $8) ON CONFLICT DO NOTHING
