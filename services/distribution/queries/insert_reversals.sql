INSERT INTO reversal (original_id, movement_id) SELECT * FROM unnest($1::uuid[], $2::uuid[])
