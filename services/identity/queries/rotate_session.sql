UPDATE session SET secret_hash = $2, used_at = $3::timestamptz WHERE handle_hash = $1
