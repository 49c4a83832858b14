-- The packs in force of an `item`.
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(item_pack.device_identifier, unit, base_units) ORDER BY position)::text AS packs
  FROM item_pack
  WHERE item_pack.item_id = item.item_id AND item_pack.version = item.pack_version
) AS pack ON true
