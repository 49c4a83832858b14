WITH found AS (
  SELECT entry.*, octet_length(details::text) + octet_length(subjects::text) AS bytes
  FROM journal.visible_entry AS entry
  WHERE (transaction_id, sequence) > ($2::xid8, $3::bigint) AND ($1 = '' OR event = $1)
  ORDER BY transaction_id, sequence
  LIMIT $4::int
)
\ir parts/page_of_found.sql
WHERE bytes_before <= $5::bigint
ORDER BY transaction_id, sequence
