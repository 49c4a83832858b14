UPDATE application_round SET withdrawal_reason = $3 WHERE application_id = $1 AND round = $2::int
