SELECT institution_id, alliance_id, local_code, unit_factor
FROM mapping
WHERE item_id = $1 AND valid_to IS NULL
ORDER BY institution_id, local_code
