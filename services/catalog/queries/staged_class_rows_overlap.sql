-- Lists come sorted, so that a batch seldom lies among the codes staged before it.
SELECT EXISTS (SELECT FROM class_import_row WHERE import_number = $1 AND code BETWEEN $2 AND $3)
