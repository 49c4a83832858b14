-- False when another process watches just now, or a month is being detached.
SELECT pg_try_advisory_xact_lock(7319, 3) AS alone
