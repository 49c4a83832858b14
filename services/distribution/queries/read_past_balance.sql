-- What the account ($1) held after the movements up to a time of posting and number ($2, $3): what it held before the first
-- movement since; nothing (NULL) when there is none since. $4: whether goods of it may be reserved.
SELECT (
  SELECT side.on_hand_before
  FROM (
    (SELECT posted_at, posting_number, debit_after - moved AS on_hand_before FROM movement
     WHERE debit_account_id = $1::bigint AND (posted_at, posting_number) > ($2::timestamptz, $3::bigint)
     ORDER BY posted_at, posting_number LIMIT 1)
    UNION ALL
    (SELECT posted_at, posting_number, credit_after + moved FROM movement
     WHERE credit_account_id = $1::bigint AND (posted_at, posting_number) > ($2::timestamptz, $3::bigint)
     ORDER BY posted_at, posting_number LIMIT 1)
  ) AS side
  ORDER BY side.posted_at, side.posting_number
  LIMIT 1
) AS on_hand, (
  SELECT coalesce(sum(held), 0)::bigint FROM movement
  WHERE $4::boolean AND held <> 0 AND credit_account_id = $1::bigint
    AND (posted_at, posting_number) > ($2::timestamptz, $3::bigint)
) AS held_since
