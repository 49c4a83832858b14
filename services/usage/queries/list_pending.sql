-- Uses whose caller did not wait for the end: older than $1 seconds, at most $2. Those that nobody tried for the longest
-- time come first, so that one that fails again and again keeps no other waiting.
SELECT use.use_id FROM use LEFT JOIN use_lease USING (use_id)
WHERE use.state = 'pending' AND use.created_at < now() - make_interval(secs => $1)
  AND (use_lease.expires_at IS NULL OR use_lease.expires_at < now())
ORDER BY coalesce(use_lease.expires_at, use.created_at)
LIMIT $2
