DELETE FROM second_factor WHERE user_id = $1
