-- With item_packs.sql among the tables: what item_store reads an item from.
       item.item_id, item.display_name, specification, registration_number, registration_expire_date, device_class,
       national_code, item.device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked, expiry_tracked,
       high_value, state, proposer_id, approver_id, reinstatement_proposer_id, reinstater_id, proposer_for_id, reinstatement_proposer_for_id,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_us, item.version, pack.packs
