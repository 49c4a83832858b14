-- In the order of their ids, as everyone locks them. Who holds a requisition's row may change its lines.
SELECT requisition_id, department_id, institution_id, alliance_id, state, requester_id,
       coalesce(requester_for_id, '') AS requester_for_id, coalesce(approver_id, '') AS approver_id,
       coalesce(approver_for_id, '') AS approver_for_id, rejection_reason, line_count,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us, version
FROM requisition
WHERE requisition_id = ANY ($1::text[]) AND alliance_id = $2
ORDER BY requisition_id
FOR UPDATE
