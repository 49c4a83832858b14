SELECT line_number, requisition_id, requisition_line_number, item_id, agreement_id, quantity_ordered, unit_price, amount,
       quantity_accepted, response_reason, quantity_despatched, quantity_received, quantity_rejected
FROM order_line
WHERE order_id = $1
ORDER BY line_number
