SELECT alliance_id FROM alliance WHERE alliance_id = $1
