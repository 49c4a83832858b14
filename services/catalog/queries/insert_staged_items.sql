-- What somebody else proposed since it was staged is left out; how many there are, and how many identifiers they have and got.
WITH fresh AS (
  INSERT INTO item (item_id, display_name, specification, registration_number, registration_expire_date, device_class, national_code,
                    device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked, expiry_tracked, high_value, model,
                    storage_conditions, storage_celsius_min, storage_celsius_max, sterile, single_use, implant, procurement_group, charge_code,
                    state, proposer_id, created_at, updated_at)
  SELECT item_id, display_name, specification, registration_number, registration_expire_date, device_class, national_code,
         device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked, expiry_tracked, high_value, model, storage_conditions,
         storage_celsius_min, storage_celsius_max, sterile, single_use, implant, procurement_group, charge_code, 'proposed', $2,
         $3::timestamptz, $3::timestamptz
  FROM item_import_row AS staged
  WHERE staged.import_number = $1
    AND NOT EXISTS (SELECT FROM device_identifier AS taken WHERE taken.device_identifier = staged.device_identifier)
    AND NOT EXISTS (SELECT FROM item_import_pack AS pack JOIN device_identifier AS taken USING (device_identifier)
                    WHERE pack.import_number = $1 AND pack.item_id = staged.item_id)
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
)
SELECT (SELECT count(*) FROM fresh) AS items, (SELECT count(*) FROM named) AS identifiers,
       (SELECT count(*) FROM item_import_identifier AS staged JOIN fresh ON fresh.item_id = staged.item_id
        WHERE staged.import_number = $1) AS identifiers_wanted
