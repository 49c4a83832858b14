UPDATE class AS present
SET display_name = staged.display_name, monitored_group = staged.monitored_group
FROM class_import_row AS staged
WHERE staged.import_number = $1 AND present.level = 6 AND present.code = staged.code
  AND (present.display_name, present.monitored_group) <> (staged.display_name, staged.monitored_group)
