INSERT INTO item_import_row (import_number, item_id, display_name, specification, registration_number, registration_expire_date,
                             device_class, national_code, device_identifier, base_unit, manufacturer, model, storage_conditions,
                             procurement_group, charge_code, lot_tracked, serial_tracked, expiry_tracked, high_value, sterile, single_use,
                             implant, storage_celsius_min, storage_celsius_max)
SELECT $1, staged.*
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::smallint[], $8::text[], $9::text[], $10::text[],
            $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::boolean[], $17::boolean[], $18::boolean[], $19::boolean[],
            $20::boolean[], $21::boolean[], $22::boolean[], $23::smallint[], $24::smallint[])
  AS staged
