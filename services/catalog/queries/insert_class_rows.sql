INSERT INTO class (level, code, display_name, monitored_group)
SELECT 6, staged.code, staged.display_name, staged.monitored_group
FROM class_import_row AS staged
WHERE staged.import_number = $1
  AND NOT EXISTS (SELECT FROM class AS present WHERE present.level = 6 AND present.code = staged.code)
ORDER BY staged.code
