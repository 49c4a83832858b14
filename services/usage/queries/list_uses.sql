-- A page of uses without their lines, newest first: $1 location or '', $2 and $3 the last key or '', $4 how many.
SELECT use_id, location_id, institution_id, alliance_id, department_id, state, patient_pseudonym, procedure, doctor, used_at, recorder_id,
       recorder_roles, created_at, line_count, refusal_code, refusal_reason, refusal_message, refusal_details
FROM use
WHERE ($1 = '' OR location_id = $1)
  AND ($2 = '' OR (created_at, use_id) < (nullif($2, '')::timestamptz, $3))
ORDER BY created_at DESC, use_id DESC
LIMIT $4
