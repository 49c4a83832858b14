-- The operators of text_pattern_ops: the range is found in the index whatever the database's collation.
SELECT
\ir parts/item_columns.sql
FROM item
\ir parts/item_packs.sql
\ir parts/item_surroundings.sql
WHERE item.item_id > $1 AND ($2 = '' OR item.state = $2) AND national_code ~>=~ $4 AND national_code ~<~ $5
ORDER BY item.item_id
LIMIT $3
