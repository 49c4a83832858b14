SELECT account.account_id, account.location_id, account.item_id, account.lot_id, lot.lot_number, account.serial,
       coalesce(lot.expiry_date::text, '') AS expiry_date, account.owner, account.condition, account.on_hand, account.reserved,
       period_balance.opening, period_balance.received, period_balance.issued, period_balance.closing
FROM period_balance
JOIN account ON account.account_id = period_balance.account_id
JOIN lot ON lot.lot_id = account.lot_id
WHERE period_balance.holder = $1 AND period_balance.month = $2::date AND period_balance.account_id > $3::bigint
ORDER BY period_balance.account_id
LIMIT $4::int
