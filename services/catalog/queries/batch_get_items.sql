SELECT
\ir parts/item_columns.sql
       , merged_into_id
FROM item
\ir parts/item_packs.sql
\ir parts/item_surroundings.sql
\ir parts/item_merged.sql
WHERE item.item_id = ANY ($1::text[])
