SELECT institution_id, alliance_id FROM identity_pub.department WHERE department_id = $1
