UPDATE requisition
SET state = $2, approver_id = $3, approver_for_id = scope.on_behalf_of(), rejection_reason = $4, version = version + 1
WHERE requisition_id = $1
