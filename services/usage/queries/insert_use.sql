-- A use that is not posted yet. $6 to $8 and the department ($14) may be empty.
INSERT INTO use (use_id, request_id, location_id, institution_id, alliance_id, state, patient_pseudonym, procedure, doctor,
                 used_at, line_count, has_high_value, recorder_id, recorder_roles, department_id)
VALUES ($1, $2, $3, $4, $5, 'pending', nullif($6, ''), nullif($7, ''), nullif($8, ''), $9::timestamptz, $10, $11, $12,
        $13::text[], nullif($14, ''))
ON CONFLICT (use_id) DO NOTHING
