SELECT
\ir parts/registration_columns.sql
FROM registration
WHERE registration_number > $1 AND ($2 = '' OR state = $2) AND ($3 = '' OR expire_date <= nullif($3, '')::date)
ORDER BY registration_number
LIMIT $4
