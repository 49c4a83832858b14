-- The same for who sees one department ($5): what it sent and what is sent to it, each by its own index, because the rule of
-- row-level security, an alternative of several, uses none.
\ir parts/transfer_columns.sql
WHERE transfer_id IN (
  (SELECT transfer_id FROM transfer
   WHERE from_department_id = $5 AND (created_at, transfer_id) < ($1::timestamptz, $2) AND ($4 = '' OR state = $4)
   ORDER BY created_at DESC, transfer_id DESC LIMIT $3::int)
  UNION
  (SELECT transfer_id FROM transfer
   WHERE to_department_id = $5 AND (created_at, transfer_id) < ($1::timestamptz, $2) AND ($4 = '' OR state = $4)
   ORDER BY created_at DESC, transfer_id DESC LIMIT $3::int))
ORDER BY created_at DESC, transfer_id DESC LIMIT $3::int
