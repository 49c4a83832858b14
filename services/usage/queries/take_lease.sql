-- The right to finish the posting of a use, for some seconds: $1 use, $2 seconds. No row: another has it, or it is finished.
INSERT INTO use_lease (use_id, expires_at)
SELECT use_id, now() + make_interval(secs => $2) FROM use WHERE use_id = $1 AND state = 'pending'
ON CONFLICT (use_id) DO UPDATE SET expires_at = excluded.expires_at WHERE use_lease.expires_at < now()
