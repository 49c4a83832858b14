SELECT institution_id, alliance_id
FROM identity_pub.department
WHERE department_id = $1 AND closed IS NOT TRUE AND scope.sees_department(department_id, institution_id, alliance_id)
