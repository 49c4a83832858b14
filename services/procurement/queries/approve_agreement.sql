UPDATE agreement SET state = 'approved', approver_id = $2, version = version + 1 WHERE agreement_id = $1
