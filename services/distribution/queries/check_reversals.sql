-- What was posted to reverse something, after a number ($1), none of the ids older than an instant ($2): that it is the one that is
-- entered, and that it is the mirror of its original, if that is still attached.
WITH backward AS (
  SELECT movement_id, original_id, debit_account_id, credit_account_id, quantity, effective_at
  FROM movement
  WHERE kind = 'reversal' AND moved > 0 AND posting_number > $1::bigint AND movement_id >= uuid_at($2::timestamptz)
)
SELECT finding FROM (
  SELECT format('movement %s reverses %s, which was reversed by %s', backward.movement_id, backward.original_id,
                coalesce(reversal.movement_id::text, 'nothing')) AS finding
  FROM backward
  LEFT JOIN reversal ON reversal.original_id = backward.original_id
  WHERE reversal.movement_id IS DISTINCT FROM backward.movement_id
  UNION ALL
  SELECT format('movement %s is not the mirror of %s, which it reverses', backward.movement_id, backward.original_id)
  FROM backward
  LEFT JOIN movement AS original ON original.movement_id = backward.original_id AND original.kind <> 'reversal'
    AND original.effective_at <= backward.effective_at
  WHERE backward.original_id >= (SELECT uuid_at(min(month) AT TIME ZONE 'UTC') FROM movement_partition WHERE detached_at IS NULL)
    AND (original.credit_account_id, original.debit_account_id, original.moved)
        IS DISTINCT FROM (backward.debit_account_id, backward.credit_account_id, backward.quantity)
) AS problem
LIMIT 100
