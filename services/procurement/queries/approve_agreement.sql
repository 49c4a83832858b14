UPDATE agreement SET state = 'approved', approver_id = $2, approver_for_id = scope.on_behalf_of(), version = version + 1 WHERE agreement_id = $1
