-- With authorisation_scopes.sql among the tables: what qualification_store reads a document from.
       qualification_id, qualification.organisation_id, kind, number, valid_from, expire_date, device_class, reagents, cold_chain,
       giver_id, manufacturer_id, exclusive, person_name, person_phone, profile::text AS profile, founding, renews_id, state,
       reason, superseded_from, suspended_from, submitter_id, submitter_for_id, equipment_reviewer_id,
       equipment_reviewer_for_id, infection_control_reviewer_id, infection_control_reviewer_for_id,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_us, version, named.registration_numbers, named.item_ids
