-- The last release that came after one ($1 its day, $2 its number) and counts.
SELECT release_id
FROM code_release
WHERE (effective_date, release_number) > ($1::date, $2) AND cancelled_at IS NULL
ORDER BY effective_date DESC, release_number DESC
LIMIT 1
