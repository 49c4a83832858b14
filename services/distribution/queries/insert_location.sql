INSERT INTO location (location_id, kind, alliance_id, institution_id, department_id, display_name, created_at)
VALUES ($1, $2, $3, $4, nullif($5, ''), $6, $7::timestamptz) ON CONFLICT DO NOTHING
