-- What an authorisation names.
LEFT JOIN LATERAL (
  SELECT json_agg(registration_number ORDER BY registration_number) FILTER (WHERE registration_number IS NOT NULL)::text
           AS registration_numbers,
         json_agg(item_id ORDER BY item_id) FILTER (WHERE item_id IS NOT NULL)::text AS item_ids
  FROM authorisation_scope
  WHERE authorisation_scope.qualification_id = qualification.qualification_id AND qualification.kind = 'authorisation'
) AS named ON true
