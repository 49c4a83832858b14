-- What the registration of an `item` and the class tree say now.
LEFT JOIN LATERAL (
  SELECT true AS known, registration.state AS stands, registration.valid_from AS since, registration.expire_date AS until
  FROM registration
  WHERE registration.registration_number = item.registration_number
) AS certificate ON true
LEFT JOIN LATERAL (
  SELECT class.monitored_group FROM class
  WHERE class.level = 6 AND class.code = (left(item.national_code, 15) COLLATE "C")
) AS group_of_class ON true
