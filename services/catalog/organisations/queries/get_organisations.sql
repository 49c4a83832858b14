SELECT
\ir parts/organisation_columns.sql
FROM organisation
WHERE organisation_id = ANY ($1::text[])
