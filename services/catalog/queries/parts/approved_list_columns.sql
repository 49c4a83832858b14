-- What list_store reads a list from.
       list_id, display_name, alliance_id, institution_id, department_id, start_date, end_date, state, reason, proposer_id,
       proposer_for_id, approver_id, (extract(epoch FROM created_at) * 1000000)::bigint AS created_us, version,
       decision_reason
