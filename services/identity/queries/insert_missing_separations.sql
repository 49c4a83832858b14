INSERT INTO separation (proposing, approving)
SELECT pair.proposing, pair.approving FROM unnest($1::text[], $2::text[]) AS pair (proposing, approving)
ON CONFLICT DO NOTHING
