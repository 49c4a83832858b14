SELECT device_identifier, item_id FROM device_identifier WHERE device_identifier = ANY ($2::text[])
UNION ALL
SELECT device_identifier, item_id FROM item_import_identifier WHERE import_number = $1 AND device_identifier = ANY ($2::text[])
