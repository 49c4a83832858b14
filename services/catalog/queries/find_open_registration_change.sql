SELECT
\ir parts/registration_change_columns.sql
FROM registration_change
WHERE registration_number = $1 AND state = 'open'
