SELECT part.line_number, part.transit_account_id, part.lot_id, lot.lot_number, part.serial,
       coalesce(lot.expiry_date::text, '') AS expiry_date, part.quantity
FROM transfer_allocation AS part
JOIN lot ON lot.lot_id = part.lot_id
WHERE part.transfer_id = $1
ORDER BY part.line_number, part.position
