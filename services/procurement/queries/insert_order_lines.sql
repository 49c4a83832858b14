INSERT INTO order_line (order_id, line_number, requisition_id, requisition_line_number, item_id, agreement_id,
                        quantity_ordered, unit_price, amount, alliance_id, supplier_id)
SELECT $1, line_number, requisition_id, requisition_line_number, item_id, agreement_id, quantity, unit_price, amount, $2, $3
FROM unnest($4::int[], $5::text[], $6::int[], $7::text[], $8::text[], $9::bigint[], $10::bigint[], $11::bigint[])
  AS line (line_number, requisition_id, requisition_line_number, item_id, agreement_id, quantity, unit_price, amount)
