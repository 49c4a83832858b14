-- One statement, hence one snapshot: what is posted meanwhile is seen in whole or not at all. What detached partitions add
-- up to is in movement_archived, which tells nobody whose accounts they are.
WITH posted AS (
  SELECT account_id, sum(moved)::numeric AS on_hand, sum(held)::numeric AS reserved
  FROM (SELECT debit_account_id AS account_id, moved, 0 AS held FROM movement WHERE debit_account_id IS NOT NULL
        UNION ALL SELECT credit_account_id, -moved, held FROM movement WHERE credit_account_id IS NOT NULL
        UNION ALL SELECT account_id, on_hand, reserved FROM movement_archived
        WHERE (SELECT scope.sees_all()) OR account_id IN (SELECT account_id FROM account)) AS side
  GROUP BY account_id
)
SELECT finding FROM (
  SELECT format('account %s holds %s, and its movements add up to %s', coalesce(account.account_id, posted.account_id),
                account.on_hand, coalesce(posted.on_hand, 0)) AS finding
  FROM account FULL JOIN posted ON posted.account_id = account.account_id
  WHERE account.on_hand IS DISTINCT FROM coalesce(posted.on_hand, 0)
  UNION ALL
  SELECT format('account %s has %s reserved, and its movements hold %s', account.account_id, account.reserved,
                coalesce(posted.reserved, 0))
  FROM account
  LEFT JOIN posted ON posted.account_id = account.account_id
  WHERE account.reserved <> coalesce(posted.reserved, 0)
  UNION ALL
  SELECT format('movement %s was reversed by %s, which is no such movement', reversal.original_id, reversal.movement_id)
  FROM reversal
  LEFT JOIN movement ON movement.movement_id = reversal.movement_id AND movement.original_id = reversal.original_id
    AND movement.moved > 0
  WHERE movement.movement_id IS NULL
    AND reversal.movement_id >= (SELECT uuid_at(min(month) AT TIME ZONE 'UTC') FROM movement_partition WHERE detached_at IS NULL)
  UNION ALL
  SELECT format('movement %s was posted %s times', movement_id, count(*)) FROM movement GROUP BY movement_id HAVING count(*) > 1
) AS problem
LIMIT 100
