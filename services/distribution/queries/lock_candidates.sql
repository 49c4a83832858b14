-- All that a location ($1) holds of the items ($2), whether it may be given out or not.
SELECT account.account_id, account.item_id, account.lot_id, lot.lot_number, account.serial,
       coalesce(lot.expiry_date::text, '') AS expiry_date, account.owner, account.condition, account.on_hand, account.reserved,
       (extract(epoch FROM account.changed_at) * 1000000)::bigint AS changed_us
FROM account
JOIN lot ON lot.lot_id = account.lot_id
WHERE account.location_id = $1 AND account.kind = 'stock' AND account.item_id = ANY ($2::text[]) AND account.on_hand > 0
ORDER BY account.account_id
FOR NO KEY UPDATE OF account
