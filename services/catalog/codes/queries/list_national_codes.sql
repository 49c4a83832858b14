-- The next codes behind $1, from $2 and before $3; what lists of withdrawn and transcoded codes name besides included.
SELECT code
FROM (
  (SELECT code FROM national_code WHERE code > $1 AND code >= $2 AND code < $3 ORDER BY code LIMIT $4)
  UNION
  (SELECT DISTINCT code FROM national_code_change WHERE code > $1 AND code >= $2 AND code < $3 ORDER BY code LIMIT $4)
) AS named
ORDER BY code
LIMIT $4
