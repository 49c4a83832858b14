-- With item_packs.sql and item_surroundings.sql among the tables: what item_store reads an item from.
       item.item_id, item.display_name, specification, item.registration_number,
       CASE WHEN certificate.known THEN certificate.until ELSE item.registration_expire_date END AS registration_expire_date, item.device_class,
       national_code, item.device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked, expiry_tracked,
       high_value, model, storage_conditions, storage_celsius_min, storage_celsius_max, sterile, single_use, implant,
       procurement_group, charge_code, withdrawn_state, item.pack_version, item.event, item.reason, item.changed_by_id, item.change_id,
       certificate.stands AS registration_state, certificate.since AS registration_valid_from, group_of_class.monitored_group,
       item.state, item.proposer_id, item.approver_id, reinstatement_proposer_id, reinstater_id, item.proposer_for_id, reinstatement_proposer_for_id,
       (extract(epoch FROM item.created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM item.updated_at) * 1000000)::bigint AS updated_us, item.version, pack.packs
