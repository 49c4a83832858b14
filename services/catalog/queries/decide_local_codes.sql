UPDATE local_code AS head
SET state = rows.state, reason = rows.reason, decider_id = $2, decider_for_id = scope.on_behalf_of(), decided_at = $3::timestamptz,
    version = head.version + 1
FROM unnest($4::text[], $5::text[], $6::text[]) AS rows (local_code, state, reason)
WHERE head.institution_id = $1 AND head.local_code = rows.local_code
