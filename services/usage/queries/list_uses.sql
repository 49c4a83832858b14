-- A page of uses without their lines, newest first: $1 location or '', $2 and $3 the last key or '', $4 how many.
\ir parts/use_columns.sql
WHERE ($1 = '' OR location_id = $1)
  AND ($2 = '' OR (created_at, use_id) < (nullif($2, '')::timestamptz, $3))
ORDER BY created_at DESC, use_id DESC
LIMIT $4
