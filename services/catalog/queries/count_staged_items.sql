SELECT count(*) FROM item_import_row WHERE import_number = $1
