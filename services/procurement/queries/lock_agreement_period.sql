-- One at a time may approve agreements of the same parties on the same item.
SELECT pg_advisory_xact_lock(hashtextextended('procurement.agreement' || $1 || '/' || $2 || '/' || $3, 0))
