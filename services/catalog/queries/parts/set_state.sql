-- Whoever acts for somebody is kept together with them, once, when it happens.
SET state = $2, approver_id = coalesce(approver_id, nullif($3, '')),
    approver_for_id = CASE WHEN approver_id IS NULL AND $3 <> '' THEN scope.on_behalf_of() ELSE approver_for_id END, updated_at = $4::timestamptz,
    reinstatement_proposer_id = nullif($5, ''), reinstater_id = nullif($6, ''),
    reinstatement_proposer_for_id = CASE WHEN $5 = '' THEN NULL WHEN reinstatement_proposer_id IS NULL THEN scope.on_behalf_of()
                                      ELSE reinstatement_proposer_for_id END,
    reinstater_for_id = CASE WHEN $6 = '' THEN NULL WHEN reinstater_id IS NULL THEN scope.on_behalf_of()
                          ELSE reinstater_for_id END,
    version = version + 1
