UPDATE session SET ended_at = $2::timestamptz WHERE user_id = $1 AND ended_at IS NULL
