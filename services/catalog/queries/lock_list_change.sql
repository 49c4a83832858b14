SELECT
\ir parts/list_change_columns.sql
FROM list_change
WHERE change_id = $1
FOR UPDATE
