-- No row when there have been $5 in the window.
INSERT INTO sign_in_attempt (attempt_id, user_id, tried_at)
SELECT $1, $2, $3::timestamptz
WHERE (SELECT count(*) FROM sign_in_attempt WHERE user_id = $2 AND tried_at > $4::timestamptz) < $5::int
