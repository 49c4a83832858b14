SELECT item.item_id, item.display_name, specification, registration_number, registration_expire_date, device_class,
       national_code, item.device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked, expiry_tracked,
       high_value, state, proposer_id, approver_id, (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_us, item.version, pack.packs,
       coalesce(found.base_units, 1) AS found_base_units
FROM device_identifier AS identifier
JOIN item ON item.item_id = identifier.item_id
LEFT JOIN item_pack AS found
  ON found.item_id = item.item_id AND found.version = item.pack_version
     AND found.device_identifier = identifier.device_identifier
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(item_pack.device_identifier, unit, base_units) ORDER BY position)::text AS packs
  FROM item_pack
  WHERE item_pack.item_id = item.item_id AND item_pack.version = item.pack_version
) AS pack ON true
WHERE identifier.device_identifier = $1
  AND (found.item_id IS NOT NULL OR identifier.device_identifier = item.device_identifier)
