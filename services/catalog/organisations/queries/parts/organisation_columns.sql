-- What organisation_store reads an organisation from.
       organisation_id, display_name, array_to_string(kinds, ' ') AS kinds, credit_code, country, address, phone,
       legal_representative, contacts::text AS contacts, admitted_at IS NOT NULL AS admitted, standing, standing_reason,
       reinstatement_proposer_id, reinstatement_proposer_for_id, reinstater_id, reinstater_for_id,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_us, version
