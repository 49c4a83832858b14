INSERT INTO device_record (device_identifier, version_number, correction_number, deleted, product_name, specification, registrant, credit_code,
                           registration_number, national_code, withdrawal_date, carries_lot, carries_serial, carries_expiry_date,
                           carries_manufacture_date, record)
SELECT device_identifier, version_number, correction_number, deleted, coalesce(record ->> 'product_name', ''),
       coalesce(record ->> 'specification', ''), coalesce(record ->> 'registrant', ''), coalesce(record ->> 'credit_code', ''),
       coalesce(record ->> 'registration_number', ''), coalesce(record ->> 'national_code', ''), coalesce(record ->> 'withdrawal_date', ''),
       (record ->> 'carries_lot')::boolean, (record ->> 'carries_serial')::boolean, (record ->> 'carries_expiry_date')::boolean,
       (record ->> 'carries_manufacture_date')::boolean, record
FROM device_import_row
WHERE import_number = $1
ORDER BY device_identifier
ON CONFLICT (device_identifier) DO UPDATE
SET version_number = excluded.version_number, correction_number = excluded.correction_number, deleted = excluded.deleted,
    product_name = excluded.product_name, specification = excluded.specification, registrant = excluded.registrant,
    credit_code = excluded.credit_code, registration_number = excluded.registration_number, national_code = excluded.national_code,
    withdrawal_date = excluded.withdrawal_date, carries_lot = excluded.carries_lot, carries_serial = excluded.carries_serial,
    carries_expiry_date = excluded.carries_expiry_date, carries_manufacture_date = excluded.carries_manufacture_date,
    record = excluded.record
