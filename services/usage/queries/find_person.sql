-- Who stands behind a pseudonym: $1 "patients" or "doctors", $2 the pseudonym. Who sees one department is told of those whom
-- its own uses name.
SELECT person_id, institution_id
FROM person
WHERE kind = $1 AND pseudonym = $2
  AND ((SELECT scope.own_department()) IS NULL
       OR EXISTS (SELECT FROM use WHERE use.institution_id = person.institution_id
                  AND person.person_id = CASE person.kind WHEN 'doctors' THEN use.doctor ELSE use.patient_pseudonym END))
