UPDATE account SET version = version + 1 WHERE user_id = $1
