SELECT
\ir parts/organisation_columns.sql
FROM organisation
WHERE organisation_id > $1 AND ($2 = '' OR kinds @> ARRAY[$2])
  AND ($3 = '' OR $3 = CASE WHEN standing <> 'good' THEN standing WHEN admitted_at IS NULL THEN 'submitted' ELSE 'approved' END)
ORDER BY organisation_id
LIMIT $4
