-- A use by its id: $1.
SELECT use_id, location_id, institution_id, alliance_id, department_id, state, patient_pseudonym, procedure, doctor, used_at, recorder_id,
       recorder_roles, created_at, line_count, refusal_code, refusal_reason, refusal_message, refusal_details
FROM use
WHERE use_id = $1
