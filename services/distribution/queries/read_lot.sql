SELECT item_id, lot_number, coalesce(expiry_date::text, '') AS expiry_date,
       coalesce(manufacture_date::text, '') AS manufacture_date, coalesce(sterilisation_lot, '') AS sterilisation_lot,
       coalesce(registration, '') AS registration
FROM lot WHERE lot_id = $1::uuid
