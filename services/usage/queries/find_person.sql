-- Who stands behind a pseudonym: $1 "patients" or "doctors", $2 the pseudonym.
SELECT person_id, institution_id FROM person WHERE kind = $1 AND pseudonym = $2
