-- A use that is not posted yet. $5 to $7 may be empty.
INSERT INTO use (use_id, request_id, location_id, institution_id, alliance_id, state, patient_pseudonym, procedure, doctor,
                 used_at, line_count, has_high_value, recorder_id, recorder_roles)
VALUES ($1, $2, $3, $4, $5, 'pending', nullif($6, ''), nullif($7, ''), nullif($8, ''), $9::timestamptz, $10, $11, $12,
        $13::text[])
ON CONFLICT (use_id) DO NOTHING
