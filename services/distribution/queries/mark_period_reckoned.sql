-- The balances of the month ($2) of a holder ($1) are written, in this transaction or before.
INSERT INTO period_reckoned (holder, month) VALUES ($1, $2::date) ON CONFLICT DO NOTHING
