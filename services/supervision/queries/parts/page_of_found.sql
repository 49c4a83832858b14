-- From the entries in `found`, in their order: what is shown of them, and how many bytes stand before each.
, measured AS (
  SELECT found.*, count(*) OVER () AS found,
         sum(bytes) OVER (ORDER BY transaction_id, sequence) - bytes AS bytes_before
  FROM found
)
SELECT transaction_id, sequence, (extract(epoch FROM written_at) * 1000000)::bigint AS written_us, event, method,
       resource, to_json(subjects) AS subjects, actor_user_id,
       coalesce(actor_institution_id, '') AS actor_institution_id, to_json(actor_roles) AS actor_roles, client,
       coalesce(request_id, '') AS request_id, coalesce(reason, '') AS reason, coalesce(institution_id, '') AS institution_id,
       details, restricted, found
FROM measured
