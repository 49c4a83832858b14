DELETE FROM sign_in_attempt WHERE attempt_id = $1
