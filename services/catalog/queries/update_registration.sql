UPDATE registration
SET product_name = $2, registrant = $3, organisation_id = nullif($4, ''), valid_from = nullif($5, '')::date,
    expire_date = nullif($6, '')::date, replaced_by = nullif($7, ''), state = $8, state_reason = nullif($9, ''),
    state_date = nullif($10, '')::date, as_told = $11, event = $12, effective_date = nullif($13, '')::date, reason = $14, proposer_id = $15,
    proposer_for_id = nullif($16, ''), approver_id = nullif($17, ''), approver_for_id = nullif($18, ''), updated_at = $19::timestamptz,
    version = $20
WHERE registration_number = $1
