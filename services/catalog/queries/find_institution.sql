-- Of those that the caller sees.
SELECT alliance_id
FROM identity_pub.institution
WHERE institution_id = $1 AND scope.sees_institution(institution_id, alliance_id)
