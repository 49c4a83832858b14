INSERT INTO reversal (original_id, movement_id)
SELECT original_id, movement_id FROM unnest($1::uuid[], $2::uuid[]) AS fresh (original_id, movement_id)
