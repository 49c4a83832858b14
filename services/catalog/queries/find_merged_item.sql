-- What became of an item that was there twice.
SELECT into_item_id FROM item_merge WHERE item_id = $1 AND state = 'approved'
