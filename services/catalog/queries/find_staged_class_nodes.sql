SELECT code, line, display_name
FROM class_import_node
WHERE import_number = $1 AND code = ANY ($2::text[])
