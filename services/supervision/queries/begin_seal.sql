-- False when another process seals just now. The horizon is asked for in a statement before the one that reads.
SELECT pg_try_advisory_xact_lock(7319, 4) AS alone, journal.horizon() AS horizon
