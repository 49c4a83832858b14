SELECT
\ir parts/supplier_columns.sql
FROM supplier
WHERE supplier_id = $1
FOR UPDATE
