-- Months up to $2 of a holder that were closed and whose balances were not written yet, oldest first.
SELECT month::text AS month, alliance_id, coalesce(institution_id, '') AS institution_id
FROM period
WHERE holder = $1 AND month <= $2::date
  AND NOT EXISTS (SELECT FROM period_reckoned
                  WHERE period_reckoned.holder = period.holder AND period_reckoned.month = period.month)
ORDER BY period.month
