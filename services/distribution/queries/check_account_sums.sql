-- Whether the accounts $1 to $2 hold what their movements add up to; and how many accounts they are, and sides of movements. One
-- statement, hence one snapshot: what is posted meanwhile is seen in whole or not at all. What detached partitions add up to is in
-- movement_archived, which tells nobody whose accounts they are.
WITH posted AS (
  SELECT account_id, sum(moved)::numeric AS on_hand, sum(held)::numeric AS reserved, sum(sides)::bigint AS sides
  FROM (SELECT debit_account_id AS account_id, moved, 0 AS held, 1 AS sides FROM movement
        WHERE debit_account_id BETWEEN $1::bigint AND $2::bigint
        UNION ALL SELECT credit_account_id, -moved, held, 1 FROM movement WHERE credit_account_id BETWEEN $1::bigint AND $2::bigint
        UNION ALL SELECT account_id, on_hand, reserved, 0 FROM movement_archived
        WHERE account_id BETWEEN $1::bigint AND $2::bigint
          AND ((SELECT scope.sees_all()) OR account_id IN (SELECT account_id FROM account))) AS side
  GROUP BY account_id
), known AS (
  SELECT account_id, on_hand, reserved FROM account WHERE account_id BETWEEN $1::bigint AND $2::bigint
), problem AS (
  SELECT format('account %s holds %s, and its movements add up to %s', coalesce(known.account_id, posted.account_id),
                coalesce(known.on_hand::text, 'nothing since it is gone'), coalesce(posted.on_hand, 0)) AS finding
  FROM known FULL JOIN posted ON posted.account_id = known.account_id
  WHERE known.on_hand IS DISTINCT FROM coalesce(posted.on_hand, 0)
  UNION ALL
  SELECT format('account %s has %s reserved, and its movements hold %s', known.account_id, known.reserved,
                coalesce(posted.reserved, 0))
  FROM known
  LEFT JOIN posted ON posted.account_id = known.account_id
  WHERE known.reserved <> coalesce(posted.reserved, 0)
)
SELECT (SELECT count(*) FROM known) AS account_count, (SELECT coalesce(sum(sides), 0)::bigint FROM posted) AS side_count,
       (SELECT coalesce(max(account_id), 0) FROM account) AS last_account_id,
       array_to_string(ARRAY(SELECT finding FROM problem LIMIT 100), E'\n') AS findings
