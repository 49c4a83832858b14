UPDATE requisition
SET state = $2, approver_id = $3, rejection_reason = $4, version = version + 1
WHERE requisition_id = $1
