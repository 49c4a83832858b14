INSERT INTO history_manufacturer (alliance_id, source, name)
SELECT DISTINCT $2, $3, manufacturer
FROM history_staging
WHERE import_number = $1::bigint AND manufacturer <> ''
ON CONFLICT (alliance_id, source, name) DO NOTHING
