-- Of one institution at a time.
SELECT
\ir parts/local_code_columns.sql
\ir parts/local_code_tables.sql
WHERE head.state = 'awaiting'
  AND head.institution_id = (SELECT institution_id FROM local_code WHERE state = 'awaiting' ORDER BY institution_id LIMIT 1)
ORDER BY head.local_code
LIMIT $1
