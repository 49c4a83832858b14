-- Of one supplier ($2) when it is not empty: who asks for another's does not wait for it either.
SELECT order_id, alliance_id, supplier_id, deliver_to_location_id, state, total_amount, orderer_id, line_count,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us, version
FROM purchase_order
WHERE order_id = $1 AND ($2 = '' OR supplier_id = $2)
FOR UPDATE
