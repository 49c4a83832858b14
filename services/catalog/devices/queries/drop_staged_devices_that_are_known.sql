-- Those whose record says the same or is of a later version.
DELETE FROM device_import_row AS staged
USING device_record AS present
WHERE staged.import_number = $1 AND present.device_identifier = staged.device_identifier
  AND ((present.version_number, present.correction_number) > (staged.version_number, staged.correction_number)
       OR (present.version_number, present.correction_number) = (staged.version_number, staged.correction_number)
          AND present.record = staged.record)
