-- What supplier_store reads a supplier from.
       supplier_id, display_name, credit_code, licence_number, licence_class, licence_expire_date, state, proposer_id,
       approver_id, reinstatement_proposer_id, reinstater_id, proposer_for_id, reinstatement_proposer_for_id,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_us, version
