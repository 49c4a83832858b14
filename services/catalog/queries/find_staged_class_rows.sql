SELECT code, line, display_name, monitored_group
FROM class_import_row
WHERE import_number = $1 AND code = ANY ($2::text[])
