SELECT institution_id, alliance_id FROM institution WHERE institution_id = $1
