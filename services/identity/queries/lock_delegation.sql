SELECT FROM delegation WHERE delegation_id = $1 FOR UPDATE
