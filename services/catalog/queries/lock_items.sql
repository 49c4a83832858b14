SELECT item_id
FROM item
WHERE item_id = ANY ($1::text[])
ORDER BY item_id
FOR UPDATE
