-- Months up to $2 of a holder that were closed and have no balances yet, oldest first.
SELECT month::text AS month, alliance_id, coalesce(institution_id, '') AS institution_id
FROM period
WHERE holder = $1 AND month <= $2::date
  AND NOT EXISTS (SELECT FROM period_balance
                  WHERE period_balance.holder = period.holder AND period_balance.month = period.month)
ORDER BY period.month
