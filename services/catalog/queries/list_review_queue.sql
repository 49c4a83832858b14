SELECT
\ir parts/local_code_columns.sql
\ir parts/local_code_tables.sql
WHERE head.institution_id = $1 AND head.state = $2
  AND (head.review_group, -head.score, head.local_code) > ($3 COLLATE "C", $4::int, $5)
  AND ($6 = '' OR head.review_group = $6)
ORDER BY head.review_group, -head.score, head.local_code
LIMIT $7
