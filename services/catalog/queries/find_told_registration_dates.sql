-- Until when registrations hold, as the catalogue or else an earlier row of the import says: '' without an end, 'cancelled' not at all.
SELECT registration_number, CASE state WHEN 'cancelled' THEN state ELSE coalesce(expire_date::text, '') END
FROM registration WHERE registration_number = ANY ($2::text[])
UNION ALL
SELECT DISTINCT ON (registration_number) registration_number, coalesce(registration_expire_date::text, '')
FROM item_import_row
WHERE import_number = $1 AND registration_number = ANY ($2::text[])
  AND NOT EXISTS (SELECT FROM registration WHERE registration.registration_number = item_import_row.registration_number)
