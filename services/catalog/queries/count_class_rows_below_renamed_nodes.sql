-- Rows that are as they were themselves, below a node that gets another name: something of theirs changes too.
SELECT count(*)
FROM class_import_row AS staged
JOIN class AS present ON present.level = 6 AND present.code = staged.code
  AND present.display_name = staged.display_name AND present.monitored_group = staged.monitored_group
WHERE staged.import_number = $1
  AND EXISTS (
    SELECT FROM class_import_node AS node
    JOIN class AS renamed
      ON renamed.level = CASE octet_length(node.code) WHEN 3 THEN 1 WHEN 5 THEN 2 WHEN 7 THEN 3 WHEN 10 THEN 4 ELSE 5 END
         AND renamed.code = node.code AND renamed.display_name <> node.display_name
    WHERE node.import_number = $1 AND starts_with(staged.code, node.code))
