INSERT INTO transfer_allocation (transfer_id, line_number, position, transit_account_id, lot_id, serial, quantity,
                                 from_institution_id, from_alliance_id, to_institution_id, to_alliance_id, from_department_id,
                                 to_department_id)
SELECT transfer.transfer_id, part.line_number, part.position, part.transit_account_id, part.lot_id, part.serial,
       part.quantity, transfer.from_institution_id, transfer.from_alliance_id, transfer.to_institution_id,
       transfer.to_alliance_id, transfer.from_department_id, transfer.to_department_id
FROM unnest($2::int[], $3::int[], $4::bigint[], $5::uuid[], $6::text[], $7::bigint[])
  AS part (line_number, position, transit_account_id, lot_id, serial, quantity)
JOIN transfer ON transfer.transfer_id = $1
