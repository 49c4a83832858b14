UPDATE session SET ended_at = $3::timestamptz, ended_because = 'SIGNED_OUT'
WHERE user_id = $1 AND left(handle_hash, 32) = $2 AND ended_at IS NULL
  AND used_at > $4::timestamptz AND started_at > $5::timestamptz
