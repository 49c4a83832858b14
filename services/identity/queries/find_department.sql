SELECT EXISTS (SELECT FROM department WHERE department_id = $1 AND institution_id = $2) AS there
