-- One statement, hence one snapshot: what is posted meanwhile is seen in whole or not at all. What detached partitions add
-- up to is in movement_archived.
WITH posted AS (
  SELECT account_id, sum(moved)::numeric AS on_hand, sum(held)::numeric AS reserved
  FROM (SELECT debit_account_id AS account_id, moved, 0 AS held FROM movement WHERE debit_account_id IS NOT NULL
        UNION ALL SELECT credit_account_id, -moved, held FROM movement WHERE credit_account_id IS NOT NULL
        UNION ALL SELECT account_id, on_hand, reserved FROM movement_archived) AS side
  GROUP BY account_id
), held AS (
  SELECT account_id, sum(open_quantity)::numeric AS quantity FROM reservation WHERE state = 'open' GROUP BY account_id
)
SELECT finding FROM (
  SELECT format('account %s holds %s, and its movements add up to %s', coalesce(account.account_id, posted.account_id),
                account.on_hand, coalesce(posted.on_hand, 0)) AS finding
  FROM account FULL JOIN posted ON posted.account_id = account.account_id
  WHERE account.on_hand IS DISTINCT FROM coalesce(posted.on_hand, 0)
  UNION ALL
  SELECT format('account %s has %s reserved, its movements hold %s and its open reservations %s', account.account_id,
                account.reserved, coalesce(posted.reserved, 0), coalesce(held.quantity, 0))
  FROM account
  LEFT JOIN posted ON posted.account_id = account.account_id
  LEFT JOIN held ON held.account_id = account.account_id
  WHERE account.reserved <> coalesce(posted.reserved, 0) OR account.reserved <> coalesce(held.quantity, 0)
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
  SELECT format('movement %s goes from %s of %s to %s of %s', movement.movement_id, credit.account_id, credit.item_id,
                debit.account_id, debit.item_id)
  FROM movement
  LEFT JOIN account AS debit ON debit.account_id = movement.debit_account_id
  LEFT JOIN account AS credit ON credit.account_id = movement.credit_account_id
  WHERE movement.moved > 0 AND (debit.item_id, debit.lot_id) IS DISTINCT FROM (credit.item_id, credit.lot_id)
  UNION ALL
  SELECT format('movement %s was reversed by %s, which is no such movement', reversal.original_id, reversal.movement_id)
  FROM reversal
  LEFT JOIN movement ON movement.movement_id = reversal.movement_id AND movement.original_id = reversal.original_id
    AND movement.moved > 0
  WHERE movement.movement_id IS NULL
    AND NOT EXISTS (SELECT FROM movement_partition WHERE detached_at IS NOT NULL)
  UNION ALL
  SELECT format('movement %s was posted %s times', movement_id, count(*)) FROM movement GROUP BY movement_id HAVING count(*) > 1
) AS problem
LIMIT 100
