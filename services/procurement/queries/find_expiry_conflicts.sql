SELECT seen.line_number, known.expiry_date
FROM unnest($1::int[], $2::text[], $3::text[], $4::date[]) AS seen (line_number, item_id, lot, expiry_date)
JOIN lot_expiry AS known USING (item_id, lot)
WHERE known.supplier_id = $5 AND known.expiry_date <> seen.expiry_date
ORDER BY seen.line_number
