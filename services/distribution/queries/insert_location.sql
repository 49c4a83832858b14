INSERT INTO location (location_id, kind, alliance_id, institution_id, department_id, display_name, created_at,
                      parent_location_id, shelf_life_days_min)
VALUES ($1, $2, $3, $4, nullif($5, ''), $6, $7::timestamptz, nullif($8, ''), $9::int) ON CONFLICT DO NOTHING
