-- A page, newest first: $1 and $2 the last key, $3 state or '', $4 how many.
\ir parts/requisition_page.sql
WHERE (created_at, requisition_id) < ($1::timestamptz, $2) AND ($3 = '' OR state = $3)
ORDER BY created_at DESC, requisition_id DESC
LIMIT $4::int
