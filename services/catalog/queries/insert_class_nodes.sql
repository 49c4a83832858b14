INSERT INTO class (level, code, display_name, monitored_group)
SELECT placed.level, node.code, node.display_name, ''
FROM class_import_node AS node
CROSS JOIN LATERAL (
  SELECT CASE octet_length(node.code) WHEN 3 THEN 1 WHEN 5 THEN 2 WHEN 7 THEN 3 WHEN 10 THEN 4 ELSE 5 END AS level
) AS placed
WHERE node.import_number = $1
  AND NOT EXISTS (SELECT FROM class AS present WHERE present.level = placed.level AND present.code = node.code)
