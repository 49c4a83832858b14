SELECT issuer, subject FROM external_subject WHERE user_id = $1 ORDER BY issuer, subject LIMIT 1000
