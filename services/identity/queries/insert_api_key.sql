INSERT INTO api_key (handle, user_id, secret_hash, created_at, expires_at) VALUES ($1, $2, $3, $4::timestamptz, $5::timestamptz)
