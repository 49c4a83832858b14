SELECT closed_at IS NOT NULL AS closed FROM department WHERE department_id = $1 FOR SHARE
