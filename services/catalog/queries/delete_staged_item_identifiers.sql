DELETE FROM item_import_identifier WHERE import_number = ANY ($1::bigint[])
