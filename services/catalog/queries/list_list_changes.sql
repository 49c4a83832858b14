SELECT
\ir parts/list_change_columns.sql
FROM list_change
WHERE list_id = $1 AND (created_at, change_id) > (to_timestamp($2::bigint / 1000000.0), $3) AND ($4 = '' OR state = $4)
ORDER BY created_at, change_id
LIMIT $5
