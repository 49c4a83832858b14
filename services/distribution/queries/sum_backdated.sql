-- What reached the account ($1) on balance by movements that were posted after an instant ($2), up to a time of posting and
-- number ($3, $4), and took effect before it.
SELECT coalesce(sum(side.moved), 0)::bigint AS moved
FROM (
  SELECT moved FROM movement
  WHERE debit_account_id = $1::bigint AND effective_at < posted_at AND effective_at <= $2::timestamptz
    AND posted_at > $2::timestamptz AND (posted_at, posting_number) <= ($3::timestamptz, $4::bigint)
  UNION ALL
  SELECT -moved FROM movement
  WHERE credit_account_id = $1::bigint AND effective_at < posted_at AND effective_at <= $2::timestamptz
    AND posted_at > $2::timestamptz AND (posted_at, posting_number) <= ($3::timestamptz, $4::bigint)
) AS side
