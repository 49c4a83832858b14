INSERT INTO item_pack (item_id, version, position, device_identifier, unit, base_units)
SELECT $1, $2, position, device_identifier, unit, base_units
FROM unnest($3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY AS packs(device_identifier, unit, base_units, position)
