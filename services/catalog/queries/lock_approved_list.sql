SELECT
\ir parts/approved_list_columns.sql
FROM approved_list
WHERE list_id = $1
FOR UPDATE
