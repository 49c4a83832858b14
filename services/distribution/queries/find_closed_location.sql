SELECT location_id FROM location WHERE location_id IN ($1, $2, $3) AND closed_at IS NOT NULL LIMIT 1
