SELECT
\ir parts/registration_columns.sql
FROM registration
WHERE registration_number = $1
