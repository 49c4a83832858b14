-- Pseudonyms of a use's people, once: $1 institution, $2 alliance, then one array a column.
INSERT INTO person (pseudonym, kind, institution_id, alliance_id, person_id)
SELECT pseudonym, kind, $1, $2, person_id
FROM unnest($3::text[], $4::text[], $5::text[]) AS named (pseudonym, kind, person_id)
ON CONFLICT (pseudonym) DO NOTHING
