-- Of one tile's entries those that fit, with their places in it. A condition that is '' is none. $9: what occurs in the texts of an
-- entry, in lower case (of ASCII), for all that fit and for few others. For who sees all entries: others would see other places.
WITH entry AS (
  SELECT read.*
  FROM log_mark AS mark
  CROSS JOIN LATERAL (
    SELECT found.*, row_number() OVER (ORDER BY found.transaction_id, found.sequence) - 1 AS place
    FROM journal.entry AS found
    WHERE (found.transaction_id, found.sequence) >= (mark.transaction_id, mark.sequence)
    ORDER BY found.transaction_id, found.sequence
    LIMIT 256
  ) AS read
  WHERE mark.tile_index = $1::bigint
)
SELECT
\ir parts/leaf_columns.sql
, place
FROM entry
WHERE ($2 = '' OR actor_user_id = $2) AND ($3 = '' OR institution_id = $3 OR actor_institution_id = $3)
  AND ($4 = '' OR event = $4) AND ($5 = '' OR resource = $5) AND ($6 = '' OR subjects @> ARRAY[$6::text])
  AND written_at >= 'epoch'::timestamptz + $7::bigint * interval '1 microsecond'
  AND written_at < 'epoch'::timestamptz + $8::bigint * interval '1 microsecond'
  AND ($9::text[] = '{}' OR (
    SELECT bool_and(strpos(lower(concat_ws(' ', event, resource, subjects::text, reason, details::text) COLLATE "C"), piece) > 0)
    FROM unnest($9::text[]) AS piece))
ORDER BY place
