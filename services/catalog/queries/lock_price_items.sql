-- One at a time may set prices of an item. In one order, and of few numbers, so that a thousand items do not fill the table of locks.
SELECT pg_advisory_xact_lock(7302, key)
FROM (SELECT DISTINCT mod(hashtext(item_id), 64) AS key FROM unnest($1::text[]) AS item_id ORDER BY key) AS locked
