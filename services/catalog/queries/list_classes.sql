SELECT level, code, display_name, monitored_group
FROM class
WHERE level = $1 AND code > $2 AND code >= $3 AND code < $4
ORDER BY code
LIMIT $5
