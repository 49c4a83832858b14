-- What registration_store reads a registration from, or a version of one.
       registration_number, device_class, origin, registration_number ~ '械备' AS filing,
       product_name, registrant, organisation_id, valid_from, expire_date, replaced_by, state, state_reason, state_date,
       as_told, event, effective_date, reason, proposer_id, proposer_for_id, approver_id, approver_for_id,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_us, version
