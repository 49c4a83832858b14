-- Each with what was known of its registration when it began.
SELECT
\ir parts/item_columns.sql
FROM item_version AS item
\ir parts/item_packs.sql
LEFT JOIN LATERAL (
  SELECT true AS known, registration.state AS stands, registration.valid_from AS since, registration.expire_date AS until
  FROM registration_version AS registration
  WHERE registration.registration_number = item.registration_number AND registration.updated_at <= item.updated_at
  ORDER BY registration.version DESC
  LIMIT 1
) AS certificate ON true
LEFT JOIN LATERAL (
  SELECT class.monitored_group FROM class
  WHERE class.level = 6 AND class.code = (left(item.national_code, 15) COLLATE "C")
) AS group_of_class ON true
WHERE item.item_id = $1 AND item.version < $2
ORDER BY item.version DESC
LIMIT $3
