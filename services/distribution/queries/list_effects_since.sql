-- By how much each account ($1) changed at each instant after another ($2, microseconds; the earliest of them is $3), by time
-- of effect. What took effect after an instant was posted after it, under an id at most 31 days older.
SELECT wanted.account_id, (extract(epoch FROM side.effective_at) * 1000000)::bigint AS effective_us,
       sum(side.moved)::bigint AS moved
FROM (SELECT account_id, timestamptz 'epoch' + since_us * interval '1 microsecond' AS since
      FROM unnest($1::bigint[], $2::bigint[]) AS asked (account_id, since_us)) AS wanted
CROSS JOIN LATERAL (
  SELECT effective_at, moved FROM movement
  WHERE debit_account_id = wanted.account_id AND posted_at > wanted.since AND effective_at > wanted.since
    AND movement_id >= uuid_at(greatest($3::timestamptz - interval '32 days', 'epoch'))
  UNION ALL
  SELECT effective_at, -moved FROM movement
  WHERE credit_account_id = wanted.account_id AND posted_at > wanted.since AND effective_at > wanted.since
    AND movement_id >= uuid_at(greatest($3::timestamptz - interval '32 days', 'epoch'))
) AS side
GROUP BY wanted.account_id, side.effective_at
ORDER BY wanted.account_id, side.effective_at
