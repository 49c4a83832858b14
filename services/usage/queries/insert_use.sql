-- A use that is not posted yet. $5 to $7, the department ($13), and for whom ($14) by which delegation ($15) may be empty.
INSERT INTO use (use_id, location_id, institution_id, alliance_id, state, patient_pseudonym, procedure, doctor, used_at,
                 line_count, has_high_value, recorder_id, recorder_roles, department_id, recorder_for_id, delegation_id)
VALUES ($1, $2, $3, $4, 'pending', nullif($5, ''), nullif($6, ''), nullif($7, ''), $8::timestamptz, $9, $10, $11, $12::text[],
        nullif($13, ''), nullif($14, ''), nullif($15, ''))
ON CONFLICT (use_id) DO NOTHING
