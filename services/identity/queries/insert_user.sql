INSERT INTO account (user_id, display_name, roles, scope, institution_id, alliance_id, supplier_id, password_hash, created_at)
VALUES ($1, $2, $3::text[], $4, nullif($5, ''), nullif($6, ''), nullif($7, ''), $8, $9::timestamptz)
ON CONFLICT DO NOTHING
