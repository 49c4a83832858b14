SELECT
\ir parts/qualification_columns.sql
FROM qualification
\ir parts/authorisation_scopes.sql
WHERE qualification_id = ANY ($1::text[])
