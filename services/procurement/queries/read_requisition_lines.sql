SELECT line_number, item_id, quantity_requested, quantity_approved, quantity_ordered
FROM requisition_line
WHERE requisition_id = $1
ORDER BY line_number
