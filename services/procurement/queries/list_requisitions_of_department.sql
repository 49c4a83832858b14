-- The same for who sees one department, $5: the policy says the same, but as one of several rights, which no index answers.
\ir parts/requisition_page.sql
WHERE department_id = $5 AND (created_at, requisition_id) < ($1::timestamptz, $2) AND ($3 = '' OR state = $3)
ORDER BY created_at DESC, requisition_id DESC
LIMIT $4::int
