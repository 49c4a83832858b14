SELECT set_config('statement_timeout', $1::bigint::text, true), set_config('work_mem', '64MB', true)
