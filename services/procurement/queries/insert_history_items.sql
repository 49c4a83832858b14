INSERT INTO history_item (alliance_id, source, description)
SELECT DISTINCT $2, $3, item_description
FROM history_staging
WHERE import_number = $1::bigint AND item_description <> ''
ON CONFLICT (alliance_id, source, description) DO NOTHING
