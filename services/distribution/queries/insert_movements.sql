INSERT INTO movement (movement_id, debit_account_id, credit_account_id, item_id, lot_id, serial, quantity, document_line,
                      kind, document, actor_id, effective_at, posted_at, alliance_id, from_location_id,
                      from_institution_id, to_location_id, to_institution_id)
SELECT movement_id, debit_account_id, credit_account_id, item_id, lot_id, serial, quantity, document_line,
       $9, $10, $11, $12::timestamptz, $12::timestamptz, $13, $14, nullif($15, ''), $16, nullif($17, '')
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[], $5::uuid[], $6::text[], $7::bigint[], $8::int[])
  WITH ORDINALITY AS posted (movement_id, debit_account_id, credit_account_id, item_id, lot_id, serial, quantity,
                             document_line, position)
ORDER BY position
