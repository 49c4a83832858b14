SELECT
\ir parts/supplier_columns.sql
FROM supplier
\ir parts/supplier_licence.sql
WHERE supplier.supplier_id > $1 AND ($2 = '' OR supplier.state = $2)
ORDER BY supplier.supplier_id
LIMIT $3
