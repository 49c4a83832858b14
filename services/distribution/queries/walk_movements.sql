-- Walks through what was posted after a number ($1), each movement from what the one before left on its accounts. $2: none of their
-- ids is older; an id is at most a day ahead of its posting.
WITH fresh AS (
  SELECT movement_id, posting_number, posted_at, debit_account_id, credit_account_id, moved, debit_after, credit_after
  FROM movement WHERE moved > 0 AND posting_number > $1::bigint AND movement_id >= uuid_at($2::timestamptz)
), side AS (
  SELECT debit_account_id AS account_id, movement_id, posting_number, posted_at, moved,
         debit_after AS on_hand FROM fresh
  UNION ALL
  SELECT credit_account_id, movement_id, posting_number, posted_at, -moved, credit_after FROM fresh
\ir parts/walk_sides.sql
