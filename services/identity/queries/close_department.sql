UPDATE department SET closed_at = $2::timestamptz, version = version + 1 WHERE department_id = $1
