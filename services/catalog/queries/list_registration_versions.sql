SELECT
\ir parts/registration_columns.sql
FROM registration_version
WHERE registration_number = $1 AND version < $2
ORDER BY version DESC
LIMIT $3
