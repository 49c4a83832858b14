-- The lines of some uses, in order: $1 text[].
SELECT use_id, line_number, item_id, lot, serial, expiry_date, quantity, packs, scan, pi_scan
FROM use_line
WHERE use_id = ANY ($1::text[])
ORDER BY use_id, line_number
