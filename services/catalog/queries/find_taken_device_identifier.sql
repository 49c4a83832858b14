SELECT device_identifier, item_id
FROM device_identifier
WHERE device_identifier = ANY ($2::text[]) AND item_id <> $1
ORDER BY device_identifier
LIMIT 1
