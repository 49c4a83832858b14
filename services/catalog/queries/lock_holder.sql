-- One at a time may approve lists of a holder, or apply for the same thing.
SELECT pg_advisory_xact_lock(7303, hashtext($1))
