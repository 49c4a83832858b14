-- What a page of requisitions shows of each.
SELECT requisition_id, department_id, institution_id, alliance_id, state, requester_id,
       coalesce(requester_for_id, '') AS requester_for_id, coalesce(approver_id, '') AS approver_id,
       coalesce(approver_for_id, '') AS approver_for_id, rejection_reason, line_count,
       (extract(epoch FROM created_at) * 1000000)::bigint AS created_at_us, version
FROM requisition
