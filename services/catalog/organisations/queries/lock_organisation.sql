SELECT
\ir parts/organisation_columns.sql
FROM organisation
WHERE organisation_id = $1
FOR UPDATE
