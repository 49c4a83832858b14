INSERT INTO code_purchase_rule (kind, version, start_date, action, until_date, reason, setter_id, created_at)
VALUES ($1, $2, $3::date, $4, nullif($5, '')::date, $6, $7, $8::timestamptz)
ON CONFLICT DO NOTHING
