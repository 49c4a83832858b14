-- Walks through all movements of the accounts $2 to $3. $1 is 0; check_account_sums.sql tells whether the last link holds.
WITH side AS (
  SELECT debit_account_id AS account_id, movement_id, posting_number, posted_at, moved,
         debit_after AS on_hand
  FROM movement WHERE moved > 0 AND debit_account_id BETWEEN $2::bigint AND $3::bigint
  UNION ALL
  SELECT credit_account_id, movement_id, posting_number, posted_at, -moved, credit_after
  FROM movement WHERE moved > 0 AND credit_account_id BETWEEN $2::bigint AND $3::bigint
\ir parts/walk_sides.sql
