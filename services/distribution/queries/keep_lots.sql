-- What is known of a lot is kept; a date that was not known is added.
INSERT INTO lot (lot_id, item_id, lot_number, expiry_date, manufacture_date)
SELECT lot_id, item_id, lot_number, expiry_date, manufacture_date
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::date[])
  AS scanned (lot_id, item_id, lot_number, expiry_date, manufacture_date)
ORDER BY lot_id
ON CONFLICT (lot_id) DO UPDATE SET expiry_date = coalesce(lot.expiry_date, excluded.expiry_date),
  manufacture_date = coalesce(lot.manufacture_date, excluded.manufacture_date)
RETURNING lot_id, coalesce(expiry_date::text, '') AS expiry_date
