INSERT INTO consumption (document, content_hash, location_id, location_kind, actor_id, created_at, institution_id, alliance_id)
VALUES ($1, $2, $3, (SELECT kind FROM location WHERE location_id = $3), $4, $5::timestamptz, $6, $7)
ON CONFLICT DO NOTHING
