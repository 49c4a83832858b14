SELECT EXISTS (SELECT FROM application
               WHERE list_id = $1 AND item_id = $2 AND department_id = $3 AND state = 'in_review' AND application_id <> $4) AS pending
