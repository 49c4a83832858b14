INSERT INTO despatch_line (despatch_id, order_id, alliance_id, supplier_id, line_number, order_line_number, item_id, quantity,
                           lot, expiry_date, manufacture_date)
SELECT $1, $2, $3, $4, line_number, order_line_number, item_id, quantity, lot, expiry_date, manufacture_date
FROM unnest($5::int[], $6::int[], $7::text[], $8::bigint[], $9::text[], $10::date[], $11::date[])
  AS line (line_number, order_line_number, item_id, quantity, lot, expiry_date, manufacture_date)
