-- Adds what was not known; whoever was faster is not overwritten, and missed by the caller.
UPDATE lot SET expiry_date = fresh.expiry_date, manufacture_date = fresh.manufacture_date,
  sterilisation_lot = fresh.sterilisation_lot, registration = fresh.registration
FROM unnest($1::uuid[], $2::date[], $3::date[], $4::text[], $5::text[])
  AS fresh (lot_id, expiry_date, manufacture_date, sterilisation_lot, registration)
WHERE lot.lot_id = fresh.lot_id
  AND (lot.expiry_date IS NULL OR lot.expiry_date = fresh.expiry_date)
  AND (lot.manufacture_date IS NULL OR lot.manufacture_date = fresh.manufacture_date)
  AND (lot.sterilisation_lot IS NULL OR lot.sterilisation_lot = fresh.sterilisation_lot)
  AND (lot.registration IS NULL OR lot.registration = fresh.registration)
