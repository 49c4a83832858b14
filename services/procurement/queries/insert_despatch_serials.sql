-- In the order of the key, so that two who announce the same pieces wait for each other and do not deadlock.
INSERT INTO despatch_serial (despatch_id, alliance_id, supplier_id, line_number, item_id, serial)
SELECT $1, $2, $3, line_number, item_id, serial
FROM unnest($4::int[], $5::text[], $6::text[]) AS piece (line_number, item_id, serial)
ORDER BY item_id, serial
ON CONFLICT (item_id, serial) WHERE NOT withdrawn DO NOTHING
RETURNING item_id, serial
