SELECT line_number, order_line_number, item_id, quantity, coalesce(lot, '') AS lot, expiry_date, manufacture_date
FROM despatch_line
WHERE despatch_id = $1
ORDER BY line_number
