SELECT
\ir parts/item_columns.sql
FROM item
\ir parts/item_packs.sql
\ir parts/item_surroundings.sql
WHERE item.item_id = $1
