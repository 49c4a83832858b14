INSERT INTO role (role_id, updated_at) SELECT unnest($1::text[]), $2::timestamptz ON CONFLICT DO NOTHING
