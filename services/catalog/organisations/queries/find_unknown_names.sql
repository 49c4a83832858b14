SELECT 'organisation' AS kind, organisation_id AS id FROM unknown_organisations($1::text[])
UNION ALL
SELECT 'item', named.id
FROM unnest($2::text[]) AS named (id)
WHERE NOT EXISTS (SELECT FROM item WHERE item_id = named.id)
