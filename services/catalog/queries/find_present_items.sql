-- With the first of the packs in force, and how many there are.
SELECT item.item_id, item.display_name, item.specification, item.registration_number, item.national_code, item.device_identifier,
       item.base_unit, item.manufacturer, item.lot_tracked, item.serial_tracked, item.expiry_tracked, item.high_value,
       coalesce(pack.device_identifier, '') AS pack_device_identifier, coalesce(pack.unit, '') AS pack_unit,
       coalesce(pack.base_units, 0) AS pack_base_units,
       (SELECT count(*) FROM item_pack AS each WHERE each.item_id = item.item_id AND each.version = item.pack_version) AS pack_count
FROM item
LEFT JOIN item_pack AS pack ON pack.item_id = item.item_id AND pack.version = item.pack_version AND pack.position = 1
WHERE item.item_id = ANY ($1::text[])
