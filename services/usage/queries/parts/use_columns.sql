-- What use_store reads a use from, without its lines.
SELECT use_id, location_id, institution_id, alliance_id, department_id, state, patient_pseudonym, procedure, doctor, used_at, recorder_id,
       recorder_roles, recorder_for_id, delegation_id, created_at, line_count, refusal_code, refusal_reason, refusal_message,
       refusal_details
FROM use
