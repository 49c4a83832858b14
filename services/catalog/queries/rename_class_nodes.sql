UPDATE class AS present
SET display_name = node.display_name
FROM class_import_node AS node
WHERE node.import_number = $1
  AND present.level = CASE octet_length(node.code) WHEN 3 THEN 1 WHEN 5 THEN 2 WHEN 7 THEN 3 WHEN 10 THEN 4 ELSE 5 END
  AND present.code = node.code AND present.display_name <> node.display_name
