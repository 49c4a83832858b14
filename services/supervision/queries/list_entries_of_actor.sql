-- The bounds name the actor, too, so that only the index of actors has the order: the planner would else expect any actor's
-- entries to be soon met on a walk through the journal.
WITH found AS (
  SELECT entry.*, octet_length(details::text) + octet_length(subjects::text) AS bytes
  FROM journal.visible_entry AS entry
  WHERE (actor_user_id, transaction_id, sequence) > ($1, $3::xid8, $4::bigint) AND actor_user_id <= $1
    AND ($2 = '' OR event = $2)
  ORDER BY actor_user_id, transaction_id, sequence
  LIMIT $5::int
)
\ir parts/page_of_found.sql
WHERE bytes_before <= $6::bigint
ORDER BY transaction_id, sequence
