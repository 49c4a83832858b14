-- What merge_store reads a merge from.
       merge_id, item_id, into_item_id, base_units, reason, state, proposer_id, proposer_for_id, decider_id, repointed_count,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_us, version,
       listed_count, priced_count, authorised_count, array_to_json(left_price_ids)::text AS left_price_ids
