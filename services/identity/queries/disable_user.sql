UPDATE account SET disabled = true, version = version + 1 WHERE user_id = $1
