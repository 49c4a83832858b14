-- All movements into the accounts $1 to $2.
WITH judged AS (
  SELECT movement_id, kind, debit_account_id, credit_account_id, from_location_id, to_location_id, posted_at, effective_at
  FROM movement WHERE moved > 0 AND debit_account_id BETWEEN $1::bigint AND $2::bigint
\ir parts/judge_movements.sql
