INSERT INTO session (handle_hash, user_id, secret_hash, started_at, used_at, address, client, second_factor, post_id,
                     only_institution_id, delegation_id)
VALUES ($1, $2, $3, $4::timestamptz, $4::timestamptz, $5, $6, $7::boolean, $8, $9, nullif($10, ''))
