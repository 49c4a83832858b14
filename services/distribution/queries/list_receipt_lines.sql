SELECT line.line_number, line.scan, line.pi_scan, line.packs_accepted, line.packs_rejected, line.rejection_reason,
       line.item_id, lot.lot_number, line.serial, coalesce(lot.expiry_date::text, '') AS expiry_date,
       line.quantity_accepted, line.quantity_rejected
FROM receipt_line AS line
JOIN lot ON lot.lot_id = line.lot_id
WHERE line.receipt_id = $1
ORDER BY line.line_number
