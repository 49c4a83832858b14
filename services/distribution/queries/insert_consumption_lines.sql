INSERT INTO consumption_line (document, line_number, lot_id, institution_id, alliance_id)
SELECT $1, line_number, lot_id, $3, $4
FROM unnest($2::uuid[]) WITH ORDINALITY AS taken (lot_id, line_number)
