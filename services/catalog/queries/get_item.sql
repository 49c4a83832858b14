SELECT item.item_id, display_name, specification, registration_number, registration_expire_date, device_class,
       national_code, device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked, expiry_tracked,
       high_value, state, proposer_id, approver_id, (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM updated_at) * 1000000)::bigint AS updated_us, version, pack.packs
FROM item
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(item_pack.device_identifier, unit, base_units) ORDER BY position)::text AS packs
  FROM item_pack
  WHERE item_pack.item_id = item.item_id AND item_pack.version = item.pack_version
) AS pack ON true
WHERE item.item_id = $1
