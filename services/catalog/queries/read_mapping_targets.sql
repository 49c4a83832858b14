-- What can be mapped onto, and what is counted of it.
SELECT item.item_id, item.state, item.base_unit, left(item.national_code, 15) AS class_code, pack.packs
FROM item
LEFT JOIN LATERAL (
  SELECT json_agg(json_build_array(unit, base_units))::text AS packs
  FROM item_pack
  WHERE item_pack.item_id = item.item_id AND item_pack.version = item.pack_version
) AS pack ON true
WHERE item.item_id = ANY ($1::text[])
