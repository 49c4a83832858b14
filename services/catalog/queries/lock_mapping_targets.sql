-- Nobody merges or suspends them until what is mapped onto them is written.
SELECT item_id
FROM item
WHERE item_id = ANY ($1::text[])
ORDER BY item_id
FOR SHARE
