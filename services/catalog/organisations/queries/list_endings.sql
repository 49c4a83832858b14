SELECT kind, resource, organisation_id, number, expire_date
FROM endings() AS ending
WHERE expire_date BETWEEN $1::date AND $2::date AND (expire_date, resource) > ($3::date, $4)
  AND ($5 = '' OR kind = $5) AND ($6 = '' OR organisation_id = $6)
ORDER BY expire_date, resource
LIMIT $7
