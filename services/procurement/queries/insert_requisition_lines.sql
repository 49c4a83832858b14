INSERT INTO requisition_line (requisition_id, line_number, item_id, quantity_requested, institution_id, alliance_id)
SELECT $1, line_number, item_id, quantity, $2, $3
FROM unnest($4::int[], $5::text[], $6::bigint[]) AS line (line_number, item_id, quantity)
