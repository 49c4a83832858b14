INSERT INTO device_record_identifier (identifier, device_identifier, role)
SELECT split_part(named, ' ', 2), staged.device_identifier, split_part(named, ' ', 1)
FROM device_import_row AS staged
CROSS JOIN LATERAL unnest(staged.identifiers) AS named
WHERE staged.import_number = $1
ORDER BY 1
