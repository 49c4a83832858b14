-- False when another process does it just now.
SELECT pg_try_advisory_xact_lock(7319, 5) AS alone
