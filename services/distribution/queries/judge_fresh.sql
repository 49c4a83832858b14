-- What was posted after a number ($1), none of the ids older than an instant ($2).
WITH judged AS (
  SELECT movement_id, kind, debit_account_id, credit_account_id, from_location_id, to_location_id, posted_at, effective_at
  FROM movement WHERE moved > 0 AND posting_number > $1::bigint AND movement_id >= uuid_at($2::timestamptz)
\ir parts/judge_movements.sql
