-- The purchase check for whoever writes documents of many lines: the same functions as purchase_obstacles, asked once for each item and
-- buyer instead of once for each line, and once for all items that suppliers' files do not tell apart. Only what stands in the way is a
-- row; `line` counts from 1. Without a supplier ('') what concerns suppliers and prices is left out, without an institution what concerns
-- the buyer. Past row-level security, as purchase_obstacles is: the caller is a service that asked who may buy for whom.
CREATE FUNCTION catalog_pub.document_obstacles(p_institutions text[], p_departments text[], p_items text[], p_supplier text, p_day date)
RETURNS TABLE (line int, reason text, resource text, detail text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH asked AS MATERIALIZED (
    SELECT asked.line::int AS line, asked.institution_id, asked.department_id, asked.item_id
    FROM unnest(p_institutions, p_departments, p_items) WITH ORDINALITY AS asked (institution_id, department_id, item_id, line)
  ), item AS MATERIALIZED (
    -- What organisation_obstacles looks at; by authorisations each item may be named alone.
    SELECT DISTINCT asked.item_id,
           first_value(asked.item_id) OVER (PARTITION BY
             item.device_class, catalog.is_reagent_registration(item.registration_number), item.needs_cold_chain,
             registration.organisation_id, registration.registrant, item.manufacturer,
             CASE WHEN policy.authorisation_demanded THEN asked.item_id END) AS example_id
    FROM asked
    CROSS JOIN catalog.qualification_policy AS policy
    LEFT JOIN catalog.item ON item.item_id = asked.item_id
    LEFT JOIN catalog.registration ON registration.registration_number = item.registration_number
  ), buyer AS MATERIALIZED (
    SELECT DISTINCT institution_id, department_id FROM asked WHERE institution_id <> ''
  ), item_obstacle AS (
    SELECT item.item_id, obstacle.reason, obstacle.resource, obstacle.detail
    FROM item CROSS JOIN LATERAL catalog.item_obstacles(item.item_id, p_day) AS obstacle
    UNION ALL
    SELECT item.item_id, obstacle.reason, obstacle.resource, obstacle.detail
    FROM item CROSS JOIN LATERAL catalog.code_obstacles(item.item_id, p_day) AS obstacle
    UNION ALL
    SELECT item.item_id, obstacle.reason, obstacle.resource, obstacle.detail
    FROM (SELECT DISTINCT example_id FROM item WHERE p_supplier <> '') AS example
    CROSS JOIN LATERAL catalog.organisation_obstacles(p_supplier, example.example_id, p_day) AS obstacle
    JOIN item ON item.example_id = example.example_id
  ), buyer_obstacle AS (
    SELECT buyer.institution_id, buyer.department_id, obstacle.reason, obstacle.resource, obstacle.detail
    FROM buyer CROSS JOIN LATERAL catalog.buyer_obstacles(buyer.institution_id, buyer.department_id) AS obstacle
  )
  SELECT asked.line, obstacle.reason, obstacle.resource, obstacle.detail
  FROM asked JOIN item_obstacle AS obstacle USING (item_id)
  UNION ALL
  SELECT asked.line, obstacle.reason, obstacle.resource, obstacle.detail
  FROM asked JOIN buyer_obstacle AS obstacle USING (institution_id, department_id)
  UNION ALL
  SELECT asked.line, obstacle.reason, obstacle.resource, obstacle.detail
  FROM asked
  CROSS JOIN LATERAL catalog.list_obstacles(asked.institution_id, asked.department_id, asked.item_id, p_day) AS obstacle
  WHERE asked.institution_id <> ''
  UNION ALL
  SELECT asked.line, obstacle.reason, obstacle.resource, obstacle.detail
  FROM asked
  CROSS JOIN LATERAL catalog.price_obstacles(asked.institution_id, p_supplier, asked.item_id, p_day) AS obstacle
  WHERE asked.institution_id <> '' AND p_supplier <> ''
  ORDER BY line, reason, resource;
END $$;
REVOKE EXECUTE ON FUNCTION catalog_pub.document_obstacles(text[], text[], text[], text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog_pub.document_obstacles(text[], text[], text[], text, date) TO qingqu_procurement;
