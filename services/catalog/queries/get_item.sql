SELECT
\ir parts/item_columns.sql
FROM item
\ir parts/item_packs.sql
WHERE item.item_id = $1
