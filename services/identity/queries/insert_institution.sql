INSERT INTO institution (institution_id, alliance_id, display_name, lead, created_at)
VALUES ($1, $2, $3, $4::boolean, $5::timestamptz) ON CONFLICT DO NOTHING
