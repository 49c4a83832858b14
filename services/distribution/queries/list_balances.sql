SELECT account.location_id, account.item_id, coalesce(lot.expiry_date, 'infinity')::text AS sort_date, lot.lot_number,
       account.account_id, account.lot_id, account.serial, coalesce(lot.expiry_date::text, '') AS expiry_date,
       account.owner, account.condition, account.on_hand, account.reserved
FROM account
JOIN lot ON lot.lot_id = account.lot_id
WHERE account.kind = 'stock' AND account.on_hand > 0
  AND ($7 = '' OR account.location_id = $7) AND ($8 = '' OR account.item_id = $8)
  AND (account.location_id, account.item_id, coalesce(lot.expiry_date, 'infinity'), lot.lot_number, account.account_id)
      > ($1, $2, $3::date, $4, $5::bigint)
ORDER BY account.location_id, account.item_id, coalesce(lot.expiry_date, 'infinity'), lot.lot_number, account.account_id
LIMIT $6::int
