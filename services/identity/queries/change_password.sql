UPDATE account SET password_hash = $2, version = version + 1 WHERE user_id = $1
