\ir parts/transfer_columns.sql
WHERE (created_at, transfer_id) < ($1::timestamptz, $2) AND ($4 = '' OR state = $4)
ORDER BY created_at DESC, transfer_id DESC LIMIT $3::int
