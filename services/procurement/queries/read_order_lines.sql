-- Whose requisition a line is of, is told by row-level security: of those of other institutions their alliance tells no more.
SELECT line_number, requisition_id, requisition_line_number, item_id, agreement_id, quantity_ordered, unit_price, amount,
       quantity_accepted, response_reason, quantity_despatched, quantity_received, quantity_rejected,
       EXISTS (SELECT FROM requisition WHERE requisition.requisition_id = order_line.requisition_id) AS requisition_seen
FROM order_line
WHERE order_id = $1
ORDER BY line_number
