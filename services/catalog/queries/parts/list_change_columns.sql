-- What list_change_store reads a change from.
       change_id, list_id, start_date, ends_list, reason, state, proposer_id, proposer_for_id, decider_id, decision_reason,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us, (extract(epoch FROM decided_at) * 1000000)::bigint AS decided_us
