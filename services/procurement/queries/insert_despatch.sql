INSERT INTO despatch (despatch_id, order_id, alliance_id, supplier_id, deliver_to_location_id, tracking_number, line_count,
                      created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7::int, $8::timestamptz)
ON CONFLICT (despatch_id) DO NOTHING
