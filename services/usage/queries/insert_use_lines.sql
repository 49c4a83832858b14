-- All lines of a use: $1 use, $2 institution, $3 alliance, then one array a column in the order of the lines; $12 department
-- or empty.
INSERT INTO use_line (use_id, line_number, item_id, lot, serial, expiry_date, quantity, packs, scan, pi_scan, institution_id,
                      alliance_id, department_id)
SELECT $1, line.number, line.item_id, line.lot, line.serial, line.expiry_date, line.quantity, line.packs, line.scan,
       line.pi_scan, $2, $3, nullif($12, '')
FROM unnest($4::text[], $5::text[], $6::text[], $7::date[], $8::bigint[], $9::bigint[], $10::text[], $11::text[])
     WITH ORDINALITY AS line (item_id, lot, serial, expiry_date, quantity, packs, scan, pi_scan, number)
