UPDATE alliance SET display_name = $2, version = version + 1 WHERE alliance_id = $1
