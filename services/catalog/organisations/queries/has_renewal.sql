SELECT EXISTS (SELECT FROM qualification WHERE renews_id = $1 AND state IN ('submitted', 'approved', 'suspended')) AS found
