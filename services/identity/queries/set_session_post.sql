UPDATE session SET post_id = $2, delegation_id = nullif($3, '') WHERE handle_hash = $1
