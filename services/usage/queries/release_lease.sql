-- Gives the right back, and keeps when that was: $1 use.
UPDATE use_lease SET expires_at = clock_timestamp() WHERE use_id = $1
