INSERT INTO sign_in_address (user_id, address, signed_in_at) VALUES ($1, $2, $3::timestamptz)
ON CONFLICT (user_id, address) DO UPDATE SET signed_in_at = greatest(sign_in_address.signed_in_at, excluded.signed_in_at)
