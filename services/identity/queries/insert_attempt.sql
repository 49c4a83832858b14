INSERT INTO sign_in_attempt (attempt_id, user_id, tried_at, address, address_known)
VALUES ($1, $2, $3::timestamptz, $4, $5::boolean)
