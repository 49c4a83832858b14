INSERT INTO list_change (change_id, list_id, start_date, ends_list, line_count, reason, proposer_id, created_at)
VALUES ($1, $2, $3::date, $4::boolean, $5::int, $6, $7, $8::timestamptz)
ON CONFLICT (change_id) DO NOTHING
