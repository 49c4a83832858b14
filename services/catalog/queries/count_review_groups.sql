SELECT review_group, count(*) AS codes
FROM local_code
WHERE institution_id = $1 AND state = $2 AND review_group = ANY ($3::text[])
GROUP BY review_group
