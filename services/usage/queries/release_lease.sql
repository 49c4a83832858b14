-- Gives the right back: $1 use.
UPDATE use_lease SET expires_at = '-infinity' WHERE use_id = $1
