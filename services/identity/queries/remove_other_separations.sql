DELETE FROM separation
WHERE (proposing, approving) NOT IN
  (SELECT pair.proposing, pair.approving FROM unnest($1::text[], $2::text[]) AS pair (proposing, approving))
