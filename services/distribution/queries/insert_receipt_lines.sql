-- Lines whose piece came in before are left out, and missed by the caller.
INSERT INTO receipt_line (receipt_id, despatch_id, alliance_id, supplier_id, line_number, scan, pi_scan, packs_accepted,
                          packs_rejected, rejection_reason, item_id, lot_id, serial, quantity_accepted, quantity_rejected)
SELECT $1, $2, $3, $4, line.*
FROM unnest($5::int[], $6::text[], $7::text[], $8::bigint[], $9::bigint[], $10::text[], $11::text[], $12::uuid[],
            $13::text[], $14::bigint[], $15::bigint[])
  AS line (line_number, scan, pi_scan, packs_accepted, packs_rejected, rejection_reason, item_id, lot_id, serial,
           quantity_accepted, quantity_rejected)
ORDER BY line.item_id, line.serial
ON CONFLICT DO NOTHING
RETURNING line_number
