UPDATE delegation SET ends_at = greatest(starts_at, $2::timestamptz), version = version + 1 WHERE delegation_id = $1
