INSERT INTO external_subject (issuer, subject, user_id, created_at) VALUES ($1, $2, $3, $4::timestamptz) ON CONFLICT DO NOTHING
