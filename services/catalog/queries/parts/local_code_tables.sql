FROM local_code AS head
LEFT JOIN local_row AS said
  ON said.institution_id = head.institution_id AND said.local_code = head.local_code AND said.version = head.row_version
LEFT JOIN mapping AS present
  ON present.institution_id = head.institution_id AND present.local_code = head.local_code AND present.valid_to IS NULL
