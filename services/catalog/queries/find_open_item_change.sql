SELECT
\ir parts/item_change_columns.sql
FROM item_change
WHERE item_id = $1 AND state = 'open'
