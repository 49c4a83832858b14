-- Until the end of the transaction nobody announces lots of the supplier.
SELECT pg_advisory_xact_lock(hashtextextended('procurement.lot_expiry/' || $1, 0))
