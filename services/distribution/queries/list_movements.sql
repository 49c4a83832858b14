-- Of one item ($1) and lot ($4, or any), after a time of posting and number ($2, $5). Whoever sees one of the two accounts
-- sees the movement.
SELECT movement.posting_number, movement.movement_id, movement.kind, account.item_id, lot.lot_number, account.serial,
       coalesce(movement.from_location_id, '') AS from_location_id, coalesce(movement.to_location_id, '') AS to_location_id,
       movement.quantity, coalesce(movement.document, '') AS document,
       (extract(epoch FROM movement.posted_at) * 1000000)::bigint AS posted_us, movement.actor_id
FROM (
  SELECT DISTINCT ON (side.posted_at, side.posting_number) side.*, seen.account_id
  FROM account AS seen
  JOIN lot AS seen_lot ON seen_lot.lot_id = seen.lot_id AND ($4 = '' OR seen_lot.lot_number = $4)
  CROSS JOIN LATERAL (
    (SELECT * FROM movement
     WHERE movement.credit_account_id = seen.account_id AND (movement.posted_at, movement.posting_number) > ($5::timestamptz, $2::bigint)
     ORDER BY movement.posted_at, movement.posting_number LIMIT $3::int)
    UNION ALL
    (SELECT * FROM movement
     WHERE movement.debit_account_id = seen.account_id AND (movement.posted_at, movement.posting_number) > ($5::timestamptz, $2::bigint)
     ORDER BY movement.posted_at, movement.posting_number LIMIT $3::int)
  ) AS side
  WHERE seen.item_id = $1
  ORDER BY side.posted_at, side.posting_number
  LIMIT $3::int
) AS movement
JOIN account ON account.account_id = movement.account_id
JOIN lot ON lot.lot_id = account.lot_id
ORDER BY movement.posted_at, movement.posting_number
