-- Those that have run out ($4, $5) are over already.
UPDATE session SET ended_at = $2::timestamptz, ended_because = $3
WHERE user_id = $1 AND ended_at IS NULL AND used_at > $4::timestamptz AND started_at > $5::timestamptz
