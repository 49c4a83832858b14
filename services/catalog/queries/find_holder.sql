-- The alliance, institution or department of this name, with what it belongs to, when it is in the caller's sight.
SELECT alliance_id, '' AS institution_id, '' AS department_id
FROM identity_pub.alliance WHERE $1 = 'alliances' AND alliance_id = $2 AND scope.sees_alliance(alliance_id)
UNION ALL
SELECT alliance_id, institution_id, ''
FROM identity_pub.institution WHERE $1 = 'institutions' AND institution_id = $2 AND scope.sees_institution(institution_id, alliance_id)
UNION ALL
SELECT alliance_id, institution_id, department_id
FROM identity_pub.department
WHERE $1 = 'departments' AND department_id = $2 AND scope.sees_department(department_id, institution_id, alliance_id)
