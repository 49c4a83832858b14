INSERT INTO transfer_line (transfer_id, line_number, item_id, quantity, from_institution_id, from_alliance_id,
                           to_institution_id, to_alliance_id, from_department_id, to_department_id)
SELECT transfer.transfer_id, line.line_number, line.item_id, line.quantity, transfer.from_institution_id,
       transfer.from_alliance_id, transfer.to_institution_id, transfer.to_alliance_id, transfer.from_department_id,
       transfer.to_department_id
FROM unnest($2::int[], $3::text[], $4::bigint[]) AS line (line_number, item_id, quantity)
JOIN transfer ON transfer.transfer_id = $1
