INSERT INTO item_import_pack (import_number, item_id, position, device_identifier, unit, base_units)
SELECT $1, staged.* FROM unnest($2::text[], $3::smallint[], $4::text[], $5::text[], $6::bigint[]) AS staged
