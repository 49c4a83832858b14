INSERT INTO item (item_id, display_name, specification, registration_number, registration_expire_date, device_class,
                  national_code, device_identifier, base_unit, manufacturer, lot_tracked, serial_tracked,
                  expiry_tracked, high_value, state, proposer_id, created_at, updated_at)
VALUES ($1, $2, $3, $4, nullif($5, '')::date, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'proposed', $15,
        $16::timestamptz, $16::timestamptz)
ON CONFLICT DO NOTHING
