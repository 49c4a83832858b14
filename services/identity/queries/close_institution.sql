UPDATE institution SET closed_at = $2::timestamptz, version = version + 1 WHERE institution_id = $1
