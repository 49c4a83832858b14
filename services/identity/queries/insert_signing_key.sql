INSERT INTO signing_key (number, activates_at) VALUES ($1::int, $2::timestamptz)
