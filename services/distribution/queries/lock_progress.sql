SELECT progress.line_number, line.order_line_number, line.item_id, line.lot,
       coalesce(line.expiry_date::text, '') AS expiry_date, coalesce(line.manufacture_date::text, '') AS manufacture_date,
       progress.quantity_despatched - progress.quantity_accepted - progress.quantity_rejected AS quantity_open
FROM despatch_line_progress AS progress
JOIN procurement_pub.despatch_line AS line
  ON line.despatch_id = progress.despatch_id AND line.line_number = progress.line_number
WHERE progress.despatch_id = $1
ORDER BY progress.line_number
FOR UPDATE OF progress
