-- Of one item ($1) and lot ($4, or any), after a time of posting and number ($5, $2). Whoever sees one of the two accounts
-- sees the movement.
SELECT DISTINCT side.posted_at, side.posting_number, side.movement_id,
       (extract(epoch FROM side.posted_at) * 1000000)::bigint AS posted_us
FROM account AS seen
JOIN lot AS seen_lot ON seen_lot.lot_id = seen.lot_id AND ($4 = '' OR seen_lot.lot_number = $4)
CROSS JOIN LATERAL (
  (SELECT movement_id, posted_at, posting_number FROM movement
   WHERE credit_account_id = seen.account_id AND (posted_at, posting_number) > ($5::timestamptz, $2::bigint)
   ORDER BY posted_at, posting_number LIMIT $3::int)
  UNION ALL
  (SELECT movement_id, posted_at, posting_number FROM movement
   WHERE debit_account_id = seen.account_id AND (posted_at, posting_number) > ($5::timestamptz, $2::bigint)
   ORDER BY posted_at, posting_number LIMIT $3::int)
) AS side
WHERE seen.item_id = $1
ORDER BY side.posted_at, side.posting_number
LIMIT $3::int
