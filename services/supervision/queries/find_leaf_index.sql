-- An entry's rank: from the mark at or before it at most 255 steps, when it is sealed. The steps are counted off first: a scan that is
-- bounded by both places would go on to the end of a transaction, which may be long.
WITH place AS (
  SELECT transaction_id, sequence FROM journal.visible_entry WHERE sequence = $1::bigint
)
SELECT mark.tile_index * 256 + (
         SELECT count(*)
         FROM (SELECT entry.transaction_id, entry.sequence
               FROM journal.visible_entry AS entry
               WHERE (entry.transaction_id, entry.sequence) >= (mark.transaction_id, mark.sequence)
               ORDER BY entry.transaction_id, entry.sequence
               LIMIT 256) AS step
         WHERE (step.transaction_id, step.sequence) < (place.transaction_id, place.sequence)
       ) AS leaf_index
FROM place
CROSS JOIN LATERAL (
  SELECT tile_index, log_mark.transaction_id, log_mark.sequence
  FROM log_mark
  WHERE (log_mark.transaction_id, log_mark.sequence) <= (place.transaction_id, place.sequence)
  ORDER BY log_mark.transaction_id DESC, log_mark.sequence DESC
  LIMIT 1
) AS mark
