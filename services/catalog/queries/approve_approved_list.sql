UPDATE approved_list
SET state = 'approved', start_date = $2::date, approver_id = $3, approver_for_id = scope.on_behalf_of(), version = version + 1
WHERE list_id = $1
