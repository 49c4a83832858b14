SELECT list_id
FROM approved_list
WHERE holder = (SELECT holder FROM approved_list WHERE list_id = $1) AND list_id <> $1 AND state = 'approved'
  AND (end_date IS NULL OR end_date >= start_date AND end_date >= $2::date)
LIMIT 1
