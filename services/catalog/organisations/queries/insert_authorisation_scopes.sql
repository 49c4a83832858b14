INSERT INTO authorisation_scope (qualification_id, organisation_id, registration_number, item_id)
SELECT $1, $2, number, NULL FROM unnest($3::text[]) AS number
UNION ALL
SELECT $1, $2, NULL, item_id FROM unnest($4::text[]) AS item_id
