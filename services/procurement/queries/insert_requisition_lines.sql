INSERT INTO requisition_line (requisition_id, line_number, item_id, quantity_requested, department_id, institution_id,
                              alliance_id)
SELECT requisition.requisition_id, line.line_number, line.item_id, line.quantity, requisition.department_id,
       requisition.institution_id, requisition.alliance_id
FROM unnest($2::int[], $3::text[], $4::bigint[]) AS line (line_number, item_id, quantity)
JOIN requisition ON requisition.requisition_id = $1
