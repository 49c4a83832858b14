UPDATE qualification
SET state = $2, reason = nullif($3, ''), suspended_from = nullif($4, '')::date, equipment_reviewer_id = nullif($5, ''),
    equipment_reviewer_for_id = nullif($6, ''), infection_control_reviewer_id = nullif($7, ''),
    infection_control_reviewer_for_id = nullif($8, ''), updated_at = $9::timestamptz, version = version + 1
WHERE qualification_id = $1
