UPDATE post SET ends_at = greatest(starts_at, $2::timestamptz), version = version + 1
WHERE user_id = $1 AND (ends_at IS NULL OR ends_at > $2::timestamptz)
