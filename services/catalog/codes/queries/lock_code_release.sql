SELECT
\ir parts/release_columns.sql
FROM code_release
WHERE release_id = $1
FOR UPDATE
