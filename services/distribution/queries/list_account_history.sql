-- Of an account ($1), up to a time of posting and number ($2, $3), newest first.
SELECT side.movement_id, side.posting_number, (extract(epoch FROM side.posted_at) * 1000000)::bigint AS posted_us
FROM (
  (SELECT movement_id, posted_at, posting_number FROM movement
   WHERE debit_account_id = $1::bigint AND (posted_at, posting_number) <= ($2::timestamptz, $3::bigint)
   ORDER BY posted_at DESC, posting_number DESC LIMIT $4::int)
  UNION ALL
  (SELECT movement_id, posted_at, posting_number FROM movement
   WHERE credit_account_id = $1::bigint AND (posted_at, posting_number) <= ($2::timestamptz, $3::bigint)
   ORDER BY posted_at DESC, posting_number DESC LIMIT $4::int)
) AS side
ORDER BY side.posted_at DESC, side.posting_number DESC
LIMIT $4::int
