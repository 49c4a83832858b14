DELETE FROM device_import_row WHERE import_number = ANY ($1::bigint[])
