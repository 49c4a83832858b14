INSERT INTO machine_client (user_id, certificates, created_at) VALUES ($1, $2::text[], $3::timestamptz) ON CONFLICT DO NOTHING
