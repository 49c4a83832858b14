-- Rows that are as they were themselves, below a node that gets another name: something of theirs changes too.
WITH renamed AS MATERIALIZED (
  SELECT node.code
  FROM class_import_node AS node
  JOIN class AS present
    ON present.level = CASE octet_length(node.code) WHEN 3 THEN 1 WHEN 5 THEN 2 WHEN 7 THEN 3 WHEN 10 THEN 4 ELSE 5 END
       AND present.code = node.code
  WHERE node.import_number = $1 AND present.display_name <> node.display_name
)
SELECT count(*)
FROM class_import_row AS staged
JOIN class AS present ON present.level = 6 AND present.code = staged.code
  AND present.display_name = staged.display_name AND present.monitored_group = staged.monitored_group
WHERE staged.import_number = $1
  AND (SELECT count(*) FROM renamed) > 0
  AND (left(staged.code, 3) IN (SELECT code FROM renamed) OR left(staged.code, 5) IN (SELECT code FROM renamed)
       OR left(staged.code, 7) IN (SELECT code FROM renamed) OR left(staged.code, 10) IN (SELECT code FROM renamed)
       OR left(staged.code, 12) IN (SELECT code FROM renamed))
