SELECT
\ir parts/price_columns.sql
FROM price
WHERE price_id = $1
FOR UPDATE
