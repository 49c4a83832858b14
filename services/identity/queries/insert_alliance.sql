INSERT INTO alliance (alliance_id, display_name, created_at) VALUES ($1, $2, $3::timestamptz) ON CONFLICT DO NOTHING
