INSERT INTO item_pack (item_id, version, position, device_identifier, unit, base_units)
SELECT $1, 1, position, device_identifier, unit, base_units
FROM unnest($2::text[], $3::text[], $4::bigint[]) WITH ORDINALITY AS packs(device_identifier, unit, base_units, position)
