SELECT
\ir parts/application_columns.sql
FROM application
WHERE application_id = $1
