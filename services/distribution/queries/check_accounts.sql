-- What accounts and reservations prove without movements.
WITH held AS (
  SELECT account_id, sum(open_quantity)::numeric AS quantity FROM reservation WHERE state = 'open' GROUP BY account_id
)
SELECT finding FROM (
  SELECT format('account %s has %s reserved, and its open reservations hold %s', account.account_id, account.reserved,
                coalesce(held.quantity, 0)) AS finding
  FROM account
  LEFT JOIN held ON held.account_id = account.account_id
  WHERE account.reserved <> coalesce(held.quantity, 0)
  UNION ALL
  SELECT format('item %s, lot %s: all accounts together hold %s instead of nothing', item_id, lot_id, sum(on_hand))
  FROM account GROUP BY item_id, lot_id HAVING sum(on_hand) <> 0
  UNION ALL
  SELECT format('account %s holds %s of which %s are reserved', account_id, on_hand, reserved)
  FROM account WHERE kind IN ('stock', 'transit') AND (on_hand < reserved OR reserved < 0)
  UNION ALL
  SELECT format('item %s, piece %s is in %s places', item_id, serial, count(*))
  FROM account WHERE serial <> '' AND kind IN ('stock', 'transit') AND on_hand > 0
  GROUP BY item_id, serial HAVING count(*) > 1 OR sum(on_hand) > 1
) AS problem
LIMIT 100
