-- Empty: not known.
UPDATE lot SET expiry_date = nullif($2, '')::date, manufacture_date = nullif($3, '')::date,
  sterilisation_lot = nullif($4, ''), registration = nullif($5, '')
WHERE lot_id = $1::uuid
