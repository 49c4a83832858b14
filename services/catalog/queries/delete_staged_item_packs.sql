DELETE FROM item_import_pack WHERE import_number = ANY ($1::bigint[])
