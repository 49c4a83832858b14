-- Alone in the ledger until the transaction ends: waits for all who post, and they wait for it (see enter_ledger.sql).
SELECT pg_advisory_xact_lock(7319, 1)
