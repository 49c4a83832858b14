INSERT INTO class_import_row (import_number, code, line, display_name, monitored_group)
SELECT $1, code, line, display_name, monitored_group
FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[]) AS staged(code, line, display_name, monitored_group)
