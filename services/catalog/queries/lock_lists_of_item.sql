-- Lists on which an item is on a day or later.
SELECT list_id
FROM approved_list
WHERE list_id IN (SELECT list_id FROM approved_list_entry WHERE item_id = $1 AND (end_date IS NULL OR end_date >= $2::date))
ORDER BY list_id
FOR UPDATE
