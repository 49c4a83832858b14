UPDATE order_line
SET quantity_accepted = answer.quantity, response_reason = answer.reason
FROM unnest($2::int[], $3::bigint[], $4::text[]) AS answer (line_number, quantity, reason)
WHERE order_line.order_id = $1 AND order_line.line_number = answer.line_number
