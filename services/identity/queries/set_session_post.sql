UPDATE session SET post_id = $2 WHERE handle_hash = $1
