-- What has ended, and all but the $4 used last.
DELETE FROM session
WHERE user_id = $1
  AND (ended_at IS NOT NULL OR used_at <= $2::timestamptz OR started_at <= $3::timestamptz
       OR handle_hash NOT IN (SELECT handle_hash FROM session WHERE user_id = $1 AND ended_at IS NULL
                              ORDER BY used_at DESC, handle_hash LIMIT $4::int))
