SELECT item_id, start_date, end_date, added_by, removed_by
FROM approved_list_entry
WHERE list_id = $1 AND (item_id, start_date, added_by) > ($2, $3::date, $4)
  AND ($5 = '' OR start_date <= nullif($5, '')::date AND (end_date IS NULL OR end_date >= nullif($5, '')::date))
  AND ($6 = '' OR item_id = $6)
ORDER BY item_id, start_date, added_by
LIMIT $7
