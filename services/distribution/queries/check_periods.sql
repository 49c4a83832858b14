-- The balances of closed months of the accounts $1 to $2, reckoned again: of each month of which all movements are attached, as
-- insert_period_balances.sql did, by the months of the county (UTC+8). What has no row there is nothing.
WITH closed AS (
  SELECT period.holder, period.month,
         period.ends_at - (((period.month + interval '1 month')::date - period.month) * interval '1 day') AS starts_at
  FROM period
  JOIN period_reckoned ON period_reckoned.holder = period.holder AND period_reckoned.month = period.month
), known AS (
  SELECT holder, month, starts_at FROM closed
  WHERE starts_at > (SELECT coalesce(max(last_posted_at), '-infinity') FROM movement_partition)
), held AS (
  SELECT account.account_id, account.on_hand, place.holder
  FROM (SELECT location_id, CASE kind WHEN 'central_store' THEN 'alliances/' || alliance_id
                                      ELSE 'institutions/' || institution_id END AS holder FROM location) AS place
  JOIN account ON account.location_id = place.location_id AND account.kind = 'stock'
  WHERE account.account_id BETWEEN $1::bigint AND $2::bigint AND place.holder IN (SELECT holder FROM known)
), side AS (
  SELECT debit_account_id AS account_id, effective_at, moved AS received, 0 AS issued FROM movement
  WHERE moved > 0 AND debit_account_id BETWEEN $1::bigint AND $2::bigint
    AND effective_at >= (SELECT min(starts_at) FROM known)
  UNION ALL
  SELECT credit_account_id, effective_at, 0, moved FROM movement
  WHERE moved > 0 AND credit_account_id BETWEEN $1::bigint AND $2::bigint
    AND effective_at >= (SELECT min(starts_at) FROM known)
), monthly AS (
  SELECT account_id, month, sum(received) AS received, sum(issued) AS issued
  FROM (SELECT account_id, date_trunc('month', effective_at AT TIME ZONE '-08')::date AS month, received, issued FROM side
        UNION ALL SELECT held.account_id, known.month, 0, 0 FROM held JOIN known ON known.holder = held.holder) AS part
  GROUP BY account_id, month
), reckoned AS (
  SELECT held.account_id, held.holder, monthly.month, monthly.received, monthly.issued,
         held.on_hand - coalesce(sum(monthly.received - monthly.issued) OVER later, 0) AS closing
  FROM monthly
  JOIN held ON held.account_id = monthly.account_id
  WINDOW later AS (PARTITION BY held.account_id ORDER BY monthly.month DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
), kept AS (
  SELECT closed.holder, closed.month, balance.account_id, balance.opening, balance.received, balance.issued, balance.closing
  FROM closed
  JOIN period_balance AS balance ON balance.holder = closed.holder AND balance.month = closed.month
    AND balance.account_id BETWEEN $1::bigint AND $2::bigint
)
SELECT finding FROM (
  SELECT format('account %s in %s: %s came and %s went and %s were left, and its movements say %s, %s and %s', reckoned.account_id,
                to_char(reckoned.month, 'YYYY-MM'), coalesce(kept.received, 0), coalesce(kept.issued, 0), coalesce(kept.closing, 0),
                reckoned.received, reckoned.issued, reckoned.closing) AS finding
  FROM reckoned
  JOIN known ON known.holder = reckoned.holder AND known.month = reckoned.month
  LEFT JOIN kept ON kept.holder = reckoned.holder AND kept.month = reckoned.month AND kept.account_id = reckoned.account_id
  WHERE (coalesce(kept.received, 0), coalesce(kept.issued, 0), coalesce(kept.closing, 0))
        <> (reckoned.received, reckoned.issued, reckoned.closing)
  UNION ALL
  SELECT format('account %s begins %s with %s, and the month before left %s', kept.account_id, to_char(kept.month, 'YYYY-MM'),
                kept.opening, coalesce(before.closing, 0))
  FROM kept
  JOIN closed AS month_before ON month_before.holder = kept.holder AND month_before.month = kept.month - interval '1 month'
  LEFT JOIN kept AS before ON before.holder = kept.holder AND before.month = month_before.month AND before.account_id = kept.account_id
  WHERE kept.opening <> coalesce(before.closing, 0)
) AS problem
LIMIT 100
