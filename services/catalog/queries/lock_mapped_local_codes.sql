SELECT head.institution_id, head.alliance_id, head.local_code, present.unit_factor
FROM local_code AS head
JOIN mapping AS present
  ON present.institution_id = head.institution_id AND present.local_code = head.local_code AND present.valid_to IS NULL
WHERE present.item_id = $1
ORDER BY head.institution_id, head.local_code
FOR UPDATE OF head
