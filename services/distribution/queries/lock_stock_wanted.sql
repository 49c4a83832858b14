-- What a location can give of the items ($2), narrowed to pieces ($3, $4), lots ($5, $6) or any ($7), that has not
-- expired on a day ($8).
SELECT account.account_id, account.item_id, account.lot_id, lot.lot_number, account.serial,
       account.owner, coalesce(lot.expiry_date::text, '') AS expiry_date, account.on_hand - account.reserved AS available
FROM account
JOIN lot ON lot.lot_id = account.lot_id
WHERE account.location_id = $1 AND account.kind = 'stock' AND account.item_id = ANY ($2::text[])
  AND account.condition = 'available' AND account.on_hand > account.reserved
  AND (lot.expiry_date IS NULL OR lot.expiry_date >= $8::date)
  AND ((account.item_id, account.serial) IN
         (SELECT piece.item_id, piece.serial FROM unnest($3::text[], $4::text[]) AS piece (item_id, serial))
       OR (account.item_id, lot.lot_number) IN
         (SELECT part.item_id, part.lot_number FROM unnest($5::text[], $6::text[]) AS part (item_id, lot_number))
       OR account.item_id IN (SELECT unnest($7::text[])))
ORDER BY account.account_id
FOR NO KEY UPDATE OF account
