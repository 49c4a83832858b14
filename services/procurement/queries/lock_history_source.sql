-- One import at a time writes the lines of a source.
SELECT pg_advisory_xact_lock(hashtextextended('procurement.history' || $1 || '/' || $2, 0))
