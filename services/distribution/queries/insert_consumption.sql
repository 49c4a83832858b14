INSERT INTO consumption (document, location_id, actor_id, created_at, institution_id, alliance_id)
VALUES ($1, $2, $3, $4::timestamptz, $5, $6) ON CONFLICT DO NOTHING
