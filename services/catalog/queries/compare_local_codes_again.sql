UPDATE local_code
SET state = 'awaiting', version = version + 1
WHERE institution_id = $1 AND state IN ('review', 'postponed')
