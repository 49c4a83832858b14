UPDATE requisition_line
SET quantity_approved = approval.quantity
FROM unnest($2::int[], $3::bigint[]) AS approval (line_number, quantity)
WHERE requisition_line.requisition_id = $1 AND requisition_line.line_number = approval.line_number
