UPDATE organisation
SET standing = $2, standing_reason = nullif($3, ''), reinstatement_proposer_id = nullif($4, ''),
    reinstatement_proposer_for_id = nullif($5, ''), reinstater_id = nullif($6, ''), reinstater_for_id = nullif($7, ''),
    updated_at = $8::timestamptz, version = version + 1
WHERE organisation_id = $1
