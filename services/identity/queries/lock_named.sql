-- Held to the end of the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('identity.' || $1, 0))
