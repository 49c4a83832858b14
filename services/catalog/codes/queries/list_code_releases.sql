SELECT
\ir parts/release_columns.sql
FROM code_release
WHERE (effective_date, release_number) < ($1::date, $2)
ORDER BY effective_date DESC, release_number DESC
LIMIT $3
