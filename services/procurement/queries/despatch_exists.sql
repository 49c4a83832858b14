SELECT despatch_id FROM despatch WHERE despatch_id = $1
