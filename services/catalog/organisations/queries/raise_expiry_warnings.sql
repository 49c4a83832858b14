-- What is due on the day $1 and was not told yet, at most $3. With a registration the first items that it is of.
WITH due AS (
  SELECT kind, resource, organisation_id, number, expire_date,
         CASE WHEN expire_date < $1::date THEN 0 WHEN expire_date <= $1::date + 7 THEN 7 WHEN expire_date <= $1::date + 30 THEN 30
              ELSE 90 END AS days_before
  FROM endings() AS ending
  WHERE expire_date <= $1::date + 90
), raised AS (
  INSERT INTO expiry_warning (resource, expire_date, days_before, raised_at)
  SELECT resource, expire_date, days_before, $2::timestamptz
  FROM due
  WHERE NOT EXISTS (
    SELECT FROM expiry_warning AS told
    WHERE told.resource = due.resource AND told.expire_date = due.expire_date AND told.days_before = due.days_before)
  ORDER BY expire_date, resource
  LIMIT $3
  ON CONFLICT DO NOTHING
  RETURNING resource, expire_date
)
SELECT kind, resource, organisation_id, number, expire_date, days_before,
       CASE WHEN kind = 'registration' THEN (
         SELECT string_agg(item_id, ' ' ORDER BY item_id)
         FROM (SELECT item_id FROM item WHERE registration_number = due.number AND state = 'approved' ORDER BY item_id LIMIT 100) AS first)
       END AS item_ids
FROM due
JOIN raised USING (resource, expire_date)
ORDER BY expire_date, resource
