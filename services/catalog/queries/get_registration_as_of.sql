-- What the catalogue said just before an instant.
SELECT
\ir parts/registration_columns.sql
FROM registration_version
WHERE registration_number = $1 AND updated_at < $2::timestamptz
ORDER BY version DESC
LIMIT 1
