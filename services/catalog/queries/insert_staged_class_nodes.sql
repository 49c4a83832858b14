INSERT INTO class_import_node (import_number, code, line, display_name)
SELECT $1, code, line, display_name
FROM unnest($2::text[], $3::bigint[], $4::text[]) AS nodes(code, line, display_name)
