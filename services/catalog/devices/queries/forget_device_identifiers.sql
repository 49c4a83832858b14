DELETE FROM device_record_identifier AS identifier
USING device_import_row AS staged
WHERE staged.import_number = $1 AND identifier.device_identifier = staged.device_identifier
