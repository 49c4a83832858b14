UPDATE item_change
SET state = $2, decider_id = $3, decider_for_id = scope.on_behalf_of(), decided_at = $4::timestamptz, decision_reason = $5
WHERE change_id = $1 AND state = 'open'
