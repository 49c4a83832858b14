-- What registration_store reads a change from.
       change_id, product_name, registrant, organisation_id, valid_from, expire_date, replaced_by, resumes, effective_date, reason,
       state = 'open' AS open, proposer_id, proposer_for_id, (extract(epoch FROM proposed_at) * 1000000)::bigint AS proposed_us
