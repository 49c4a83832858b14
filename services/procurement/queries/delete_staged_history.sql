DELETE FROM history_staging WHERE import_number = ANY ($1::bigint[])
