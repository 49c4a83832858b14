INSERT INTO history_vendor (alliance_id, source, name)
SELECT DISTINCT $2, $3, vendor
FROM history_staging
WHERE import_number = $1::bigint AND vendor <> ''
ON CONFLICT (alliance_id, source, name) DO NOTHING
