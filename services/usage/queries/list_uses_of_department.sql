-- The same for who sees one department, $5: the policy says the same, but as one of several rights, which no index answers. The
-- key of the first page is after all others, because a bound that may be missing is none for a generic plan.
\ir parts/use_columns.sql
WHERE department_id = $5 AND ($1 = '' OR location_id = $1)
  AND (created_at, use_id) < (coalesce(nullif($2, '')::timestamptz, 'infinity'), $3)
ORDER BY created_at DESC, use_id DESC
LIMIT $4
