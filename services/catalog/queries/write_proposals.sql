-- A person who decided before stays on record: the platform then leaves the code to people.
UPDATE local_code AS head
SET state = rows.state, review_group = rows.review_group, score = rows.score, proposals = rows.proposals::jsonb,
    decided_at = CASE WHEN rows.state = 'mapped' THEN coalesce(head.decided_at, $2::timestamptz) ELSE head.decided_at END,
    reason = '', version = head.version + 1
FROM unnest($3::text[], $4::text[], $5::text[], $6::int[], $7::text[])
  AS rows (local_code, state, review_group, score, proposals)
WHERE head.institution_id = $1 AND head.local_code = rows.local_code
