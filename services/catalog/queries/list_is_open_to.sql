SELECT list_is_open_to($1, $2, $3, $4, $5::date) AS open, EXISTS (SELECT FROM item WHERE item_id = $6) AS item_known
