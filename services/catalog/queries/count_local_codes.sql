SELECT state, count(*) AS codes FROM local_code WHERE institution_id = $1 GROUP BY state
