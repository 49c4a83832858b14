INSERT INTO item_pack (item_id, version, position, device_identifier, unit, base_units)
SELECT staged.item_id, 1, staged.position, staged.device_identifier, staged.unit, staged.base_units
FROM item_import_pack AS staged
JOIN device_identifier AS own ON own.device_identifier = staged.device_identifier AND own.item_id = staged.item_id
WHERE staged.import_number = $1
