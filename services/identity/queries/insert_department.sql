INSERT INTO department (department_id, institution_id, alliance_id, display_name, created_at)
VALUES ($1, $2, $3, $4, $5::timestamptz) ON CONFLICT DO NOTHING
