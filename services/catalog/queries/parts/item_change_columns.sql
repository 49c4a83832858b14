-- What item_change_store reads a change from.
       change_id, item_id, content::text AS content, update_mask, reason, state, proposer_id, proposer_for_id, decider_id, decision_reason,
       (extract(epoch FROM proposed_at) * 1000000)::bigint AS proposed_us,
       (extract(epoch FROM decided_at) * 1000000)::bigint AS decided_us
