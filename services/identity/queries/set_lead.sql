UPDATE institution SET lead = $2::boolean, version = version + 1 WHERE institution_id = $1
