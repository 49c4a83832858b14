SELECT wanted.position, account.account_id, account.on_hand, account.reserved,
       (extract(epoch FROM account.changed_at) * 1000000)::bigint AS changed_us
FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY
  AS wanted (location_id, item_id, lot_id, serial, owner, condition, position)
JOIN account ON account.location_id = wanted.location_id AND account.item_id = wanted.item_id
  AND account.lot_id = wanted.lot_id AND account.serial = wanted.serial AND account.owner = wanted.owner
  AND account.condition = wanted.condition
ORDER BY account.account_id
FOR UPDATE OF account
