SELECT receipt_id, despatch_id, order_id, location_id, receiver_id, supplier_id, alliance_id,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us
FROM receipt WHERE receipt_id = $1
