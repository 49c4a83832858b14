INSERT INTO list_change_line (change_id, line_number, item_id, adds)
SELECT $1, line.number, line.item_id, line.adds
FROM unnest($2::text[], $3::boolean[]) WITH ORDINALITY AS line (item_id, adds, number)
