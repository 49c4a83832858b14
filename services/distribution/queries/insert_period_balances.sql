-- Of a closed month ($2, from $3 to $4) of a holder ($1: an alliance's central stores when $6 is empty, else an institution's
-- other places). Reckoned backwards from what the accounts hold now, so what was posted before the month began is not read;
-- the ids of what was posted since are at most 31 days older than their posting. The month before says what was there at
-- first; the table refuses what does not add up to it.
INSERT INTO period_balance (holder, month, account_id, opening, received, issued, closing, alliance_id, institution_id)
WITH held AS (
  SELECT account.account_id, account.on_hand, account.changed_at
  FROM location
  JOIN account ON account.location_id = location.location_id AND account.kind = 'stock'
  WHERE CASE WHEN $6 = '' THEN location.kind = 'central_store' AND location.alliance_id = $5
             ELSE location.kind <> 'central_store' AND location.institution_id = $6 END
), moved AS (
  SELECT side.account_id,
         sum(side.received) FILTER (WHERE side.effective_at < $4::timestamptz) AS received,
         sum(side.issued) FILTER (WHERE side.effective_at < $4::timestamptz) AS issued,
         sum(side.received - side.issued) FILTER (WHERE side.effective_at >= $4::timestamptz) AS since
  FROM (
    SELECT debit_account_id AS account_id, effective_at, moved AS received, 0 AS issued FROM movement
    WHERE moved > 0 AND posted_at >= $3::timestamptz AND effective_at >= $3::timestamptz
      AND movement_id >= uuid_at($3::timestamptz - interval '32 days')
    UNION ALL
    SELECT credit_account_id, effective_at, 0, moved FROM movement
    WHERE moved > 0 AND posted_at >= $3::timestamptz AND effective_at >= $3::timestamptz
      AND movement_id >= uuid_at($3::timestamptz - interval '32 days')
  ) AS side
  JOIN held ON held.account_id = side.account_id AND held.changed_at >= $3::timestamptz
  GROUP BY side.account_id
), reckoned AS (
  SELECT held.account_id, coalesce(moved.received, 0) AS received, coalesce(moved.issued, 0) AS issued,
         held.on_hand - coalesce(moved.since, 0) AS closing, before.closing AS opening
  FROM held
  LEFT JOIN moved ON moved.account_id = held.account_id
  LEFT JOIN period_balance AS before ON before.holder = $1 AND before.month = $2::date - interval '1 month'
    AND before.account_id = held.account_id
), opened AS (
  SELECT account_id, received, issued, closing,
         CASE WHEN EXISTS (SELECT FROM period WHERE holder = $1 AND month < $2::date) THEN coalesce(opening, 0)
              ELSE closing - received + issued END AS opening
  FROM reckoned
)
SELECT $1, $2::date, account_id, opening, received, issued, closing, $5, nullif($6, '')
FROM opened
WHERE opening <> 0 OR received <> 0 OR issued <> 0 OR closing <> 0
ORDER BY account_id
ON CONFLICT DO NOTHING
