INSERT INTO second_factor (user_id, sealed_key, created_at, failed_at) VALUES ($1, $2, $3::timestamptz, $3::timestamptz)
ON CONFLICT (user_id) DO UPDATE SET sealed_key = excluded.sealed_key, created_at = excluded.created_at
WHERE second_factor.confirmed_at IS NULL
