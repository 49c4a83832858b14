-- The bounds name the event, too, so that only the index of events has the order: a rare one is not looked for by a walk through
-- the journal.
WITH found AS (
  SELECT entry.*, octet_length(details::text) + octet_length(subjects::text) AS bytes
  FROM journal.visible_entry AS entry
  WHERE (event, transaction_id, sequence) > ($1, $2::xid8, $3::bigint) AND event <= $1
  ORDER BY event, transaction_id, sequence
  LIMIT $4::int
)
\ir parts/page_of_found.sql
WHERE bytes_before <= $5::bigint
ORDER BY transaction_id, sequence
