-- The place of the entry with the index 256 * $1 + $2.
SELECT entry.transaction_id, entry.sequence
FROM log_mark AS mark
JOIN LATERAL (
  SELECT found.transaction_id, found.sequence
  FROM journal.visible_entry AS found
  WHERE (found.transaction_id, found.sequence) >= (mark.transaction_id, mark.sequence)
  ORDER BY found.transaction_id, found.sequence
  LIMIT 1 OFFSET $2::int
) AS entry ON true
WHERE mark.tile_index = $1::bigint
