-- $5: as on the day $6.
SELECT
\ir parts/qualification_columns.sql
FROM qualification
\ir parts/authorisation_scopes.sql
WHERE qualification_id > $1 AND ($3 = '' OR qualification.organisation_id = $3) AND ($4 = '' OR kind = $4)
  AND ($5 = '' OR $5 = CASE WHEN state <> 'approved' THEN state WHEN superseded_from <= $6::date THEN 'superseded'
                            WHEN expire_date < $6::date THEN 'expired' ELSE 'approved' END)
ORDER BY qualification_id
LIMIT $2
