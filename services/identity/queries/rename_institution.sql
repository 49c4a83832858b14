UPDATE institution SET display_name = $2, version = version + 1 WHERE institution_id = $1
