SELECT found.role, record.deleted, record.record
FROM device_record_identifier AS found
JOIN device_record AS record ON record.device_identifier = found.device_identifier
WHERE found.identifier = $1
ORDER BY record.deleted, array_position(ARRAY['sale_unit', 'pack', 'use_unit', 'direct_mark', 'registered'], found.role), found.device_identifier
LIMIT 20
