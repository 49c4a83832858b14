-- What local_code_store reads a mapping from.
       mapping_id, institution_id, local_code, item_id, unit_factor, valid_from, valid_to, row_version,
       array_to_string(evidence, ',') AS evidence, decider_id, (extract(epoch FROM decided_at) * 1000000)::bigint AS decided_us,
       ender_id, end_reason
