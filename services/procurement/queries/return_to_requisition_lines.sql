UPDATE requisition_line
SET quantity_ordered = requisition_line.quantity_ordered - freed.quantity
FROM unnest($1::text[], $2::int[], $3::bigint[]) AS freed (requisition_id, line_number, quantity)
WHERE requisition_line.requisition_id = freed.requisition_id AND requisition_line.line_number = freed.line_number
