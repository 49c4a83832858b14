-- How long a statement of this transaction may take from now on ($1), and how long it might before.
SELECT current_setting('statement_timeout') AS before, set_config('statement_timeout', $1, true)
