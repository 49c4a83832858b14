UPDATE session SET ended_at = $2::timestamptz, ended_because = $3 WHERE handle_hash = $1 AND ended_at IS NULL
