-- Of `head`, `said` (its present row; NULL before the first one) and `present` (what it is now; NULL when it is none): what
-- local_code_store reads a local code from.
       head.institution_id, head.alliance_id, head.local_code, head.row_version, head.state, head.review_group, head.score, head.proposals::text AS proposals,
       head.decider_id, (extract(epoch FROM head.decided_at) * 1000000)::bigint AS head_decided_us, head.reason,
       head.version AS head_version, said.display_name, said.specification, said.manufacturer, said.registration_number,
       said.insurance_code, said.price, said.unit, said.unit_factor, present.mapping_id, present.item_id,
       present.unit_factor AS mapped_unit_factor, present.valid_from, present.valid_to, present.row_version AS mapped_row_version,
       array_to_string(present.evidence, ',') AS evidence, present.decider_id AS mapping_decider_id,
       (extract(epoch FROM present.decided_at) * 1000000)::bigint AS mapping_decided_us,
       (SELECT max(ended.valid_to) FROM mapping AS ended
        WHERE ended.institution_id = head.institution_id AND ended.local_code = head.local_code
          AND ended.valid_to > ended.valid_from) AS free_from
