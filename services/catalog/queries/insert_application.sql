-- Neither when the id is taken nor when the department waits for the item already.
INSERT INTO application (application_id, list_id, item_id, department_id, institution_id, alliance_id, due_date, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7::date, $8::timestamptz)
ON CONFLICT DO NOTHING
