DELETE FROM sign_in_attempt
WHERE attempt_id IN (SELECT attempt_id FROM sign_in_attempt WHERE tried_at <= $1::timestamptz LIMIT 100 FOR UPDATE SKIP LOCKED)
