-- In a statement before the one that reads: what is below it is all there.
SELECT journal.horizon()::text AS horizon
