SELECT lot.lot_id, lot.item_id, lot.lot_number, coalesce(lot.expiry_date::text, '') AS expiry_date
FROM unnest($1::text[], $2::text[]) AS wanted (item_id, lot_number)
JOIN lot ON lot.item_id = wanted.item_id AND lot.lot_number = wanted.lot_number AND lot.lot_number <> ''
