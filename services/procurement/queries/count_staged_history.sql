SELECT count(*) FROM history_staging WHERE import_number = $1::bigint
