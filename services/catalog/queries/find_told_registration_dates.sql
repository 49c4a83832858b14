-- Until when registrations hold, as the catalogue or else an earlier row of the import says: '' without an end, 'cancelled' not at all.
-- Joined, because a prepared `= ANY` of thousands compares each row with each of them.
WITH asked AS (
  SELECT DISTINCT registration_number FROM unnest($2::text[]) AS asked (registration_number)
)
SELECT registration_number, CASE state WHEN 'cancelled' THEN state ELSE coalesce(expire_date::text, '') END
FROM asked JOIN registration USING (registration_number)
UNION ALL
SELECT DISTINCT ON (registration_number) registration_number, coalesce(registration_expire_date::text, '')
FROM asked JOIN item_import_row AS staged USING (registration_number)
WHERE staged.import_number = $1
  AND NOT EXISTS (SELECT FROM registration WHERE registration.registration_number = staged.registration_number)
