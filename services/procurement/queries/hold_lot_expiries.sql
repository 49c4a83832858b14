-- Until the end of the transaction no expiry of the supplier's lots is let go.
SELECT pg_advisory_xact_lock_shared(hashtextextended('procurement.lot_expiry/' || $1, 0))
