-- In sorted order, so that two proposals with the same identifiers wait for each other and never in a circle.
INSERT INTO device_identifier (device_identifier, item_id)
SELECT identifier, $1 FROM unnest($2::text[]) AS identifier
ORDER BY identifier
ON CONFLICT DO NOTHING
