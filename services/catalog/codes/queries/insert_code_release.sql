INSERT INTO code_release (release_id, effective_date, created_at, updated_at)
VALUES ($1, $2::date, $3::timestamptz, $3::timestamptz)
RETURNING release_number
