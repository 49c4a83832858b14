SELECT local_code
FROM local_code
WHERE institution_id = $1 AND local_code = ANY ($2::text[])
ORDER BY local_code
FOR UPDATE
