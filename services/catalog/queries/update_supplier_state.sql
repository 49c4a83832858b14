UPDATE supplier
SET state = $2, approver_id = coalesce(approver_id, nullif($3, '')), updated_at = $4::timestamptz,
    reinstatement_proposer_id = nullif($5, ''), reinstater_id = nullif($6, ''), version = version + 1
WHERE supplier_id = $1
