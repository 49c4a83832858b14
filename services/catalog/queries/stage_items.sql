INSERT INTO item_import_row (import_number, item_id, display_name, specification, registration_number, registration_expire_date,
                             device_class, national_code, device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked,
                             expiry_tracked, high_value, pack_device_identifier, pack_unit, pack_base_units)
SELECT $1, staged.*
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::smallint[], $8::text[], $9::text[], $10::text[],
            $11::text[], $12::boolean[], $13::boolean[], $14::boolean[], $15::boolean[], $16::text[], $17::text[], $18::bigint[])
  AS staged
