WITH found AS (
  SELECT entry.*, octet_length(details::text) + octet_length(subjects::text) AS bytes
  FROM journal.visible_entry AS entry
  WHERE (transaction_id, sequence) > ($1::xid8, $2::bigint)
  ORDER BY transaction_id, sequence
  LIMIT $3::int
)
\ir parts/page_of_found.sql
WHERE bytes_before <= $4::bigint
ORDER BY transaction_id, sequence
