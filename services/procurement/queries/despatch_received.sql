SELECT despatch_id FROM distribution_pub.despatch_progress WHERE despatch_id = $1 LIMIT 1
