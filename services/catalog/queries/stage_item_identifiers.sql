INSERT INTO item_import_identifier (import_number, device_identifier, item_id)
SELECT $1, device_identifier, item_id FROM unnest($2::text[], $3::text[]) AS staged (device_identifier, item_id)
