INSERT INTO lot (lot_id, item_id, lot_number, expiry_date, manufacture_date, sterilisation_lot, registration)
SELECT lot_id, item_id, lot_number, expiry_date, manufacture_date, sterilisation_lot, registration
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::date[], $5::date[], $6::text[], $7::text[])
  AS fresh (lot_id, item_id, lot_number, expiry_date, manufacture_date, sterilisation_lot, registration)
ORDER BY lot_id
