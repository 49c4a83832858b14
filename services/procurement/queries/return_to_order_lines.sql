-- What was despatched can be despatched again.
UPDATE order_line
SET quantity_despatched = order_line.quantity_despatched - withdrawn.quantity
FROM (SELECT order_line_number, sum(quantity)::bigint AS quantity
      FROM despatch_line WHERE despatch_id = $2 GROUP BY order_line_number) AS withdrawn
WHERE order_line.order_id = $1 AND order_line.line_number = withdrawn.order_line_number
