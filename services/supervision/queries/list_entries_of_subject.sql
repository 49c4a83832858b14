-- The index gives the places first: else the planner may walk the whole journal in its order.
WITH place AS MATERIALIZED (
  SELECT transaction_id, sequence
  FROM journal.visible_entry
  WHERE subjects @> ARRAY[$1::text] AND ($2 = '' OR actor_user_id = $2) AND ($3 = '' OR event = $3)
    AND (transaction_id, sequence) > ($4::xid8, $5::bigint)
), found AS (
  SELECT entry.*, octet_length(details::text) + octet_length(subjects::text) AS bytes
  FROM place
  JOIN journal.visible_entry AS entry USING (transaction_id, sequence)
  ORDER BY transaction_id, sequence
  LIMIT $6::int
)
\ir parts/page_of_found.sql
WHERE bytes_before <= $7::bigint
ORDER BY transaction_id, sequence
