SELECT
\ir parts/item_merge_columns.sql
FROM item_merge
WHERE merge_id > $1 AND ($2 = '' OR $2 IN (item_id, into_item_id))
ORDER BY merge_id
LIMIT $3
