SELECT item_id FROM item_import_row WHERE import_number = $1 AND item_id = ANY ($2::text[])
