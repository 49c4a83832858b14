UPDATE order_line
SET quantity_despatched = order_line.quantity_despatched + sent.quantity
FROM unnest($2::int[], $3::bigint[]) AS sent (line_number, quantity)
WHERE order_line.order_id = $1 AND order_line.line_number = sent.line_number
  AND sent.quantity <= order_line.quantity_accepted - order_line.quantity_despatched
