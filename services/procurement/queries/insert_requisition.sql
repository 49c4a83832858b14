INSERT INTO requisition (requisition_id, department_id, institution_id, alliance_id, requester_id, line_count, created_at)
VALUES ($1, $2, $3, $4, $5, $6::int, $7::timestamptz)
ON CONFLICT (requisition_id) DO NOTHING
