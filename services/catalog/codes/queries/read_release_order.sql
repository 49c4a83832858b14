-- The release, if it is there, and the latest day of any other.
SELECT (SELECT release_number FROM code_release WHERE release_id = $1) AS release_number,
       (SELECT effective_date FROM code_release WHERE release_id = $1) AS effective_date,
       (SELECT max(effective_date) FROM code_release WHERE release_id <> $1) AS latest_date
