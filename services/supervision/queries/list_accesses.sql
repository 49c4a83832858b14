-- Who asked what tells of patients and doctors, newest first. Conditions that are '' are none: $1 user, $2 institution, $3 method;
-- $4 only what was refused; $5 and $6 from and before when (microseconds since 1970); $7 and $8 the last key or ''; $9 how many.
SELECT asked.transaction_id, asked.sequence, (extract(epoch FROM asked.written_at) * 1000000)::bigint AS written_us, asked.event,
       asked.method, asked.actor_user_id, coalesce(asked.actor_institution_id, '') AS actor_institution_id,
       to_json(asked.actor_roles) AS actor_roles, asked.client, coalesce(asked.reason, '') AS purpose, asked.details,
       asked.restricted, sent.rows AS rows_sent
FROM journal.visible_entry AS asked
LEFT JOIN LATERAL (
  SELECT (entry.details ->> 'rows')::bigint AS rows
  FROM journal.visible_entry AS entry
  WHERE entry.resource = 'entries/' || asked.sequence AND entry.event = 'question.people_sent'
  LIMIT 1
) AS sent ON true
WHERE asked.event IN ('question.people_asked', 'question.people_refused')
  AND ($1 = '' OR asked.actor_user_id = $1) AND ($2 = '' OR asked.actor_institution_id = $2) AND ($3 = '' OR asked.method = $3)
  AND (NOT $4::boolean OR asked.event = 'question.people_refused')
  AND asked.written_at >= 'epoch'::timestamptz + $5::bigint * interval '1 microsecond'
  AND asked.written_at < 'epoch'::timestamptz + $6::bigint * interval '1 microsecond'
  AND ($7 = '' OR (asked.transaction_id, asked.sequence) < (nullif($7, '')::xid8, $8::bigint))
ORDER BY asked.transaction_id DESC, asked.sequence DESC
LIMIT $9::int
