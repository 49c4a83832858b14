SELECT
\ir parts/supplier_columns.sql
FROM supplier
WHERE supplier_id > $1 AND ($2 = '' OR state = $2)
ORDER BY supplier_id
LIMIT $3
