-- A file of the whole database takes longer than a statement of a call may.
SELECT set_config('statement_timeout', '115s', true), set_config('work_mem', '64MB', true)
