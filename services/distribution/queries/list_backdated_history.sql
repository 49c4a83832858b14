-- Of an account ($1), what was posted after an instant ($2), up to a time of posting and number ($3, $4), and took effect
-- before it, newest first.
SELECT side.movement_id, side.posting_number, (extract(epoch FROM side.posted_at) * 1000000)::bigint AS posted_us
FROM (
  (SELECT movement_id, posted_at, posting_number FROM movement
   WHERE debit_account_id = $1::bigint AND effective_at < posted_at AND effective_at <= $2::timestamptz
     AND posted_at > $2::timestamptz AND (posted_at, posting_number) <= ($3::timestamptz, $4::bigint)
   ORDER BY posted_at DESC, posting_number DESC LIMIT $5::int)
  UNION ALL
  (SELECT movement_id, posted_at, posting_number FROM movement
   WHERE credit_account_id = $1::bigint AND effective_at < posted_at AND effective_at <= $2::timestamptz
     AND posted_at > $2::timestamptz AND (posted_at, posting_number) <= ($3::timestamptz, $4::bigint)
   ORDER BY posted_at DESC, posting_number DESC LIMIT $5::int)
) AS side
ORDER BY side.posted_at DESC, side.posting_number DESC
LIMIT $5::int
