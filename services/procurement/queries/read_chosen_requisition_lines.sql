SELECT requisition_id, line_number, item_id, quantity_requested, quantity_approved, quantity_ordered
FROM requisition_line
JOIN unnest($1::text[], $2::int[]) AS chosen (requisition_id, line_number) USING (requisition_id, line_number)
