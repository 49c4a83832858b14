-- Of one item ($1) or of all (''), in one state ($2) or in any ('').
SELECT
\ir parts/item_change_columns.sql
FROM item_change
WHERE ($1 = '' OR item_id = $1) AND ($2 = '' OR state = $2) AND (item_id, change_id) > ($3, $4)
ORDER BY item_id, change_id
LIMIT $5
