UPDATE role SET version = version + 1, updated_at = $2::timestamptz WHERE role_id = $1
