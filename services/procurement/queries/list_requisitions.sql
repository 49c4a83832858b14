SELECT requisition_id, department_id, institution_id, alliance_id, state, requester_id,
       coalesce(requester_for_id, '') AS requester_for_id, coalesce(approver_id, '') AS approver_id,
       coalesce(approver_for_id, '') AS approver_for_id, rejection_reason, line_count,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us, version
FROM requisition
WHERE (created_at, requisition_id) < ($1::timestamptz, $2) AND ($3 = '' OR state = $3)
ORDER BY created_at DESC, requisition_id DESC
LIMIT $4::int
