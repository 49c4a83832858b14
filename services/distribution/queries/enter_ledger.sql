-- Whoever posts shares this lock; who closes a period has it alone for a moment, so that nothing that takes effect in the
-- period is on its way when it is closed.
SELECT pg_advisory_xact_lock_shared(7319, 1)
