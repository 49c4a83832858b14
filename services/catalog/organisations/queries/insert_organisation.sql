INSERT INTO organisation (organisation_id, display_name, kinds, credit_code, country, address, phone, legal_representative,
                          contacts, created_at, updated_at)
VALUES ($1, $2, $3::text[], nullif($4, ''), $5, $6, $7, $8, $9::jsonb, $10::timestamptz, $10::timestamptz)
ON CONFLICT DO NOTHING
