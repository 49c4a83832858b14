-- In sorted order, so that two uploads of the same list wait for each other and never in a circle.
INSERT INTO local_code (institution_id, alliance_id, local_code, row_version, state)
SELECT $1, $2, code, 0, 'awaiting' FROM unnest($3::text[]) AS code
ORDER BY code
ON CONFLICT DO NOTHING
