INSERT INTO account (user_id, display_name, password_hash, created_at)
VALUES ($1, $2, $3, $4::timestamptz)
ON CONFLICT DO NOTHING
