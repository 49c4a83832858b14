-- One statement, hence one snapshot: what is posted meanwhile is seen in whole or not at all.
WITH posted AS (
  SELECT account_id, sum(quantity)::numeric AS quantity
  FROM (SELECT debit_account_id AS account_id, quantity FROM movement
        UNION ALL SELECT credit_account_id, -quantity FROM movement) AS side
  GROUP BY account_id
)
SELECT finding FROM (
  SELECT format('account %s holds %s, and its movements add up to %s', coalesce(account.account_id, posted.account_id),
                account.on_hand, coalesce(posted.quantity, 0)) AS finding
  FROM account FULL JOIN posted ON posted.account_id = account.account_id
  WHERE account.on_hand IS DISTINCT FROM coalesce(posted.quantity, 0)
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
  UNION ALL
  SELECT format('movement %s names another item or lot than its accounts', movement.movement_id)
  FROM movement JOIN account ON account.account_id IN (movement.debit_account_id, movement.credit_account_id)
  WHERE (account.item_id, account.lot_id) <> (movement.item_id, movement.lot_id)
) AS problem
LIMIT 100
