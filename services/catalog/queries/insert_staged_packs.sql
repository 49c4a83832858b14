INSERT INTO item_pack (item_id, version, position, device_identifier, unit, base_units)
SELECT staged.item_id, 1, 1, staged.pack_device_identifier, staged.pack_unit, staged.pack_base_units
FROM item_import_row AS staged
JOIN device_identifier AS own ON own.device_identifier = staged.pack_device_identifier AND own.item_id = staged.item_id
WHERE staged.import_number = $1 AND staged.pack_device_identifier <> ''
