UPDATE department SET display_name = $2, version = version + 1 WHERE department_id = $1
