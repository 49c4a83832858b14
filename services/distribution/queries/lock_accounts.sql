SELECT wanted.position, account.account_id
FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY
  AS wanted (location_id, item_id, lot_id, serial, owner, position)
JOIN account ON account.location_id = wanted.location_id AND account.item_id = wanted.item_id
  AND account.lot_id = wanted.lot_id AND account.serial = wanted.serial AND account.owner = wanted.owner
  AND account.condition = 'available'
ORDER BY account.account_id
FOR NO KEY UPDATE OF account
