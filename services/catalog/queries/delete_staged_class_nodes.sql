DELETE FROM class_import_node WHERE import_number = ANY ($1::bigint[])
