SELECT source_line_id
FROM history_staging
WHERE import_number = $1::bigint AND source_line_id = ANY ($2::text[])
