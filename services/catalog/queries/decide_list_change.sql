UPDATE list_change
SET state = $2, start_date = $3::date, decider_id = $4, decider_for_id = scope.on_behalf_of(), decision_reason = $5,
    decided_at = $6::timestamptz, version = version + 1
WHERE change_id = $1
