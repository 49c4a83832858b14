SELECT
\ir parts/item_merge_columns.sql
FROM item_merge
WHERE merge_id = $1
FOR UPDATE
