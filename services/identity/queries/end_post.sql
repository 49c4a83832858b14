UPDATE post SET ends_at = greatest(starts_at, $2::timestamptz), version = version + 1 WHERE post_id = $1
