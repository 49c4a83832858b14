UPDATE second_factor SET failed_count = failed_count + 1, failed_at = $2::timestamptz WHERE user_id = $1
