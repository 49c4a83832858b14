-- What somebody else proposed since it was staged is left out; how many there are, and how many identifiers they have and got. A
-- registration that nobody knows yet is made from what the items tell, as for a single item.
WITH fresh AS (
  INSERT INTO item (item_id, display_name, specification, registration_number, registration_expire_date, device_class, national_code,
                    device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked, expiry_tracked, high_value, state,
                    proposer_id, created_at, updated_at)
  SELECT item_id, display_name, specification, registration_number, registration_expire_date, device_class, national_code,
         device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked, expiry_tracked, high_value, 'proposed', $2,
         $3::timestamptz, $3::timestamptz
  FROM item_import_row AS staged
  WHERE staged.import_number = $1
    AND NOT EXISTS (SELECT FROM device_identifier AS taken WHERE taken.device_identifier = staged.device_identifier)
    AND NOT EXISTS (SELECT FROM device_identifier AS taken WHERE taken.device_identifier = staged.pack_device_identifier)
  ORDER BY item_id
  ON CONFLICT DO NOTHING
  RETURNING item_id
), named AS (
  INSERT INTO device_identifier (device_identifier, item_id)
  SELECT staged.device_identifier, staged.item_id
  FROM item_import_identifier AS staged
  JOIN fresh ON fresh.item_id = staged.item_id
  WHERE staged.import_number = $1
  ORDER BY staged.device_identifier
  ON CONFLICT DO NOTHING
  RETURNING device_identifier
), told AS (
  INSERT INTO registration (registration_number, device_class, origin, product_name, registrant, expire_date, state, as_told, event, reason,
                            proposer_id, created_at, updated_at)
  SELECT DISTINCT ON (staged.registration_number) staged.registration_number, staged.device_class,
         catalog.registration_origin(staged.registration_number), staged.display_name, staged.manufacturer, staged.registration_expire_date,
         'valid', true, 'item.imported', '', $2, $3::timestamptz, $3::timestamptz
  FROM item_import_row AS staged
  JOIN fresh ON fresh.item_id = staged.item_id
  WHERE staged.import_number = $1
  ORDER BY staged.registration_number, staged.item_id
  ON CONFLICT DO NOTHING
)
SELECT (SELECT count(*) FROM fresh) AS items, (SELECT count(*) FROM named) AS identifiers,
       (SELECT count(*) FROM item_import_identifier AS staged JOIN fresh ON fresh.item_id = staged.item_id
        WHERE staged.import_number = $1) AS identifiers_wanted
