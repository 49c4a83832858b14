-- Of a locked item; the packs of $3 stand already.
UPDATE item
SET display_name = $2, pack_version = $3, specification = $4, registration_number = $5, registration_expire_date = nullif($6, '')::date,
    device_class = $7, national_code = $8, manufacturer = $9, lot_tracked = $10, serial_tracked = $11, expiry_tracked = $12,
    high_value = $13, model = $14, storage_conditions = $15, storage_celsius_min = nullif($16, '')::smallint,
    storage_celsius_max = nullif($17, '')::smallint, sterile = $18, single_use = $19, implant = $20, procurement_group = $21,
    charge_code = $22, event = $23, reason = $24, change_id = nullif($25, ''), updated_at = $26::timestamptz, version = $27
WHERE item_id = $1
