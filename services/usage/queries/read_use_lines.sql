-- The lines of a use, in order: $1.
SELECT item_id, lot, serial, expiry_date, quantity, packs, scan, pi_scan
FROM use_line
WHERE use_id = $1
ORDER BY line_number
