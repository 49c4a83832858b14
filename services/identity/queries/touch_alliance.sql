UPDATE alliance SET version = version + 1 WHERE alliance_id = $1
