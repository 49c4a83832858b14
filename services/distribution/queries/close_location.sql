UPDATE location SET closed_at = $2::timestamptz, version = version + 1 WHERE location_id = $1
