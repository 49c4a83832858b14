INSERT INTO lot_expiry (supplier_id, item_id, lot, expiry_date)
SELECT DISTINCT $4, item_id, lot, expiry_date
FROM unnest($1::text[], $2::text[], $3::date[]) AS seen (item_id, lot, expiry_date)
ORDER BY item_id, lot, expiry_date
ON CONFLICT (supplier_id, item_id, lot) DO NOTHING
