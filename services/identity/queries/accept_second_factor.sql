UPDATE second_factor
SET last_step = greatest(last_step, $2::bigint), failed_count = 0, confirmed_at = coalesce(confirmed_at, $3::timestamptz)
WHERE user_id = $1
