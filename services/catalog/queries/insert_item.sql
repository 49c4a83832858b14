INSERT INTO item (item_id, display_name, specification, registration_number, registration_expire_date, device_class,
                  national_code, device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked,
                  expiry_tracked, high_value, state, proposer_id, created_at, updated_at, model, storage_conditions, storage_celsius_min,
                  storage_celsius_max, sterile, single_use, implant, procurement_group, charge_code, event)
VALUES ($1, $2, $3, $4, nullif($5, '')::date, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17::timestamptz, $17::timestamptz,
        $18, $19, nullif($20, '')::smallint, nullif($21, '')::smallint, $22, $23, $24, $25, $26, $27)
ON CONFLICT DO NOTHING
