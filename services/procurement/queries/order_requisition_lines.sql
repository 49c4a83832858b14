UPDATE requisition_line
SET quantity_ordered = requisition_line.quantity_ordered + taken.quantity
FROM unnest($1::text[], $2::int[], $3::bigint[]) AS taken (requisition_id, line_number, quantity)
WHERE requisition_line.requisition_id = taken.requisition_id AND requisition_line.line_number = taken.line_number
  AND taken.quantity <= requisition_line.quantity_approved - requisition_line.quantity_ordered
