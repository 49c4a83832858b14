SELECT
\ir parts/supplier_columns.sql
FROM supplier
\ir parts/supplier_licence.sql
WHERE supplier.supplier_id = $1
FOR UPDATE OF supplier
