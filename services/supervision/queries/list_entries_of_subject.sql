-- The index of subjects gives the places, and nothing else: with a condition on the place beside it the planner reads all of that
-- index, too. The entries of one page are then fetched one by one (OFFSET 0 keeps the planner from joining them otherwise).
WITH place AS MATERIALIZED (
  SELECT transaction_id, sequence
  FROM journal.visible_entry
  WHERE subjects @> ARRAY[$1::text] AND ($2 = '' OR actor_user_id = $2) AND ($3 = '' OR event = $3)
), page AS MATERIALIZED (
  SELECT sequence FROM place
  WHERE (transaction_id, sequence) > ($4::xid8, $5::bigint)
  ORDER BY transaction_id, sequence
  LIMIT $6::int
), found AS (
  SELECT entry.*, octet_length(details::text) + octet_length(subjects::text) AS bytes
  FROM page
  CROSS JOIN LATERAL (SELECT entry.* FROM journal.visible_entry AS entry WHERE entry.sequence = page.sequence OFFSET 0) AS entry
)
\ir parts/page_of_found.sql
WHERE bytes_before <= $7::bigint
ORDER BY transaction_id, sequence
