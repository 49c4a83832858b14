INSERT INTO approved_list (list_id, display_name, alliance_id, institution_id, department_id, start_date, reason, proposer_id, created_at)
VALUES ($1, $2, nullif($3, ''), nullif($4, ''), nullif($5, ''), $6::date, $7, $8, $9::timestamptz)
ON CONFLICT (list_id) DO NOTHING
