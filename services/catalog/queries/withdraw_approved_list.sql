UPDATE approved_list
SET state = 'withdrawn', end_date = start_date - 1, approver_id = $2, approver_for_id = scope.on_behalf_of(), decision_reason = $3,
    version = version + 1
WHERE list_id = $1
