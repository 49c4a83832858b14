-- $1 its hash, $2 until when it could be shown again, $3 now. No row when it was used before.
WITH ended AS (DELETE FROM external_token_used WHERE ends_at < $3::timestamptz)
INSERT INTO external_token_used (token_hash, ends_at) VALUES ($1, $2::timestamptz) ON CONFLICT DO NOTHING
