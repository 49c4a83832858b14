SELECT
\ir parts/approved_list_columns.sql
FROM approved_list
WHERE list_id > $1 AND ($2 = '' OR holder = $2)
  AND ($3 = '' OR state = 'approved' AND start_date <= nullif($3, '')::date AND (end_date IS NULL OR end_date >= nullif($3, '')::date))
ORDER BY list_id
LIMIT $4
