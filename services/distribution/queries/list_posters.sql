-- The transactions that post just now, or are about to: they share the lock of enter_ledger.sql.
SELECT virtualtransaction AS poster FROM pg_locks
WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid = 7319 AND objid = 1 AND mode = 'ShareLock' AND granted
