UPDATE location SET display_name = $2, shelf_life_days_min = $3::int, version = version + 1 WHERE location_id = $1
