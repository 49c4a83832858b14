-- The stock ledger has consumed the goods: $1 use.
UPDATE use SET state = 'posted' WHERE use_id = $1 AND state = 'pending'
