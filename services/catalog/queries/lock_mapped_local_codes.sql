SELECT head.institution_id, head.local_code
FROM local_code AS head
WHERE EXISTS (SELECT FROM mapping AS present
              WHERE present.institution_id = head.institution_id AND present.local_code = head.local_code AND present.valid_to IS NULL
                AND present.item_id = $1)
ORDER BY head.institution_id, head.local_code
FOR UPDATE OF head
