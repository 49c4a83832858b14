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
), measured AS (
  SELECT found.*, count(*) OVER () AS found,
         sum(bytes) OVER (ORDER BY transaction_id, sequence) - bytes AS bytes_before
  FROM found
)
SELECT transaction_id, sequence, (extract(epoch FROM written_at) * 1000000)::bigint AS written_us, event, method,
       resource, to_json(subjects) AS subjects, actor_user_id,
       coalesce(actor_institution_id, '') AS actor_institution_id, to_json(actor_roles) AS actor_roles, client,
       coalesce(request_id, '') AS request_id, coalesce(reason, '') AS reason, details, restricted, found
FROM measured
WHERE bytes_before <= $7::bigint
ORDER BY transaction_id, sequence
