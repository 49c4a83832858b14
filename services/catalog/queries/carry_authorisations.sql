-- What names the one item ($1) on a day ($3) or later names the other ($2) too.
INSERT INTO authorisation_scope (qualification_id, organisation_id, item_id)
SELECT named.qualification_id, named.organisation_id, $2
FROM authorisation_scope AS named
JOIN qualification ON qualification.qualification_id = named.qualification_id
WHERE named.item_id = $1 AND qualification.state IN ('submitted', 'approved', 'suspended') AND qualification.valid_until >= $3::date
ON CONFLICT DO NOTHING
