SELECT line_number, serial FROM despatch_serial WHERE despatch_id = $1 ORDER BY line_number, serial
