-- With the reason of the present round.
SELECT
\ir parts/application_columns.sql
       , present.reason
FROM application
JOIN application_round AS present ON present.application_id = application.application_id AND present.round = application.round
WHERE application.application_id > $1 AND ($2 = '' OR state = $2) AND ($3::int = 0 OR step = $3::int)
  AND ($4 = '' OR state = 'in_review' AND due_date < nullif($4, '')::date)
ORDER BY application.application_id
LIMIT $5
