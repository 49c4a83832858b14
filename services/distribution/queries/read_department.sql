SELECT institution_id, alliance_id, closed IS TRUE AS closed FROM identity_pub.department WHERE department_id = $1
