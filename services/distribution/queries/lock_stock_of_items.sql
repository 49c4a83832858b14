-- What a location can issue of the items ($2) that lasts until a day ($3): its own goods, not those of a supplier that lie there.
SELECT account.account_id, account.item_id, account.lot_id, lot.lot_number, account.serial,
       account.owner, coalesce(lot.expiry_date::text, '') AS expiry_date, account.on_hand - account.reserved AS available
FROM account
JOIN lot ON lot.lot_id = account.lot_id
WHERE account.location_id = $1 AND account.kind = 'stock' AND account.item_id = ANY ($2::text[])
  AND account.condition = 'available' AND account.owner NOT LIKE 'suppliers/%' AND account.on_hand > account.reserved
  AND (lot.expiry_date IS NULL OR lot.expiry_date >= $3::date)
ORDER BY account.account_id
FOR NO KEY UPDATE OF account
