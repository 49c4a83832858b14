SELECT
\ir parts/local_code_columns.sql
\ir parts/local_code_tables.sql
WHERE head.institution_id = $1 AND head.local_code = ANY ($2::text[])
ORDER BY head.local_code
