-- Stages records, each of another device; of what an earlier batch staged the later version stays. Answers with those of the same version that
-- were staged before.
WITH given AS (
  SELECT device_identifier COLLATE "C" AS device_identifier, line, version_number, correction_number, deleted, identifiers::text[] AS identifiers,
         record::jsonb AS record
  FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[], $7::text[], $8::text[])
    AS given (device_identifier, line, version_number, correction_number, deleted, identifiers, record)
), staged AS (
  INSERT INTO device_import_row AS present (import_number, device_identifier, line, version_number, correction_number, deleted, identifiers, record)
  SELECT $1, device_identifier, line, version_number, correction_number, deleted, identifiers, record FROM given
  ON CONFLICT (import_number, device_identifier) DO UPDATE
  SET line = excluded.line, version_number = excluded.version_number, correction_number = excluded.correction_number,
      deleted = excluded.deleted, identifiers = excluded.identifiers, record = excluded.record
  WHERE (present.version_number, present.correction_number) < (excluded.version_number, excluded.correction_number)
)
SELECT given.device_identifier, present.line AS first_line, present.record = given.record AS same
FROM given
JOIN device_import_row AS present ON present.import_number = $1 AND present.device_identifier = given.device_identifier
WHERE (present.version_number, present.correction_number) = (given.version_number, given.correction_number)
