UPDATE order_line
SET quantity_received = order_line.quantity_received + posted.quantity_received,
    quantity_rejected = order_line.quantity_rejected + posted.quantity_rejected
FROM unnest($2::int[], $3::bigint[], $4::bigint[]) AS posted (line_number, quantity_received, quantity_rejected)
WHERE order_line.order_id = $1 AND order_line.line_number = posted.line_number
