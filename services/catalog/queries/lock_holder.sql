-- One at a time may approve lists of a holder.
SELECT pg_advisory_xact_lock(7303, hashtext($1))
