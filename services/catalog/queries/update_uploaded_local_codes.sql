UPDATE local_code AS head
SET row_version = rows.row_version, state = CASE WHEN rows.awaits THEN 'awaiting' ELSE head.state END, version = head.version + 1
FROM unnest($2::text[], $3::bigint[], $4::boolean[]) AS rows (local_code, row_version, awaits)
WHERE head.institution_id = $1 AND head.local_code = rows.local_code
