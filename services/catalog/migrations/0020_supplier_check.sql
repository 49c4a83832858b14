-- Who may sell what on a day, as far as the files of organisations say, and what of them ends.

-- Who makes goods of a registration: the organisation that it names, and every one that has or had the name of the registrant or of the
-- manufacturer. The first one decides where there is one (decides), else the names do.
CREATE FUNCTION catalog.makers(p_organisation text, p_registrant text, p_manufacturer text)
RETURNS TABLE (organisation_id text, decides boolean) LANGUAGE sql STABLE AS $$
  SELECT organisation.organisation_id, true FROM catalog.organisation WHERE organisation.organisation_id = p_organisation
  UNION ALL
  SELECT named.organisation_id, NOT EXISTS (SELECT FROM catalog.organisation WHERE organisation.organisation_id = p_organisation)
  FROM catalog.organisation_name AS named
  WHERE named.folded_name = ANY (ARRAY[catalog.folded_name(p_registrant), catalog.folded_name(p_manufacturer)])
$$;
CREATE FUNCTION catalog.item_makers(p_item text) RETURNS TABLE (organisation_id text, decides boolean) LANGUAGE sql STABLE AS $$
  SELECT maker.organisation_id, maker.decides
  FROM catalog.item
  LEFT JOIN catalog.registration ON registration.registration_number = item.registration_number
  CROSS JOIN LATERAL catalog.makers(registration.organisation_id, registration.registrant, item.manufacturer) AS maker
  WHERE item.item_id = p_item
$$;

-- Whether an authorisation names what its manufacturer does not make. What the catalogue does not know yet is looked at when it is bought.
CREATE FUNCTION catalog.names_goods_of_others(p_qualification text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT EXISTS (
    SELECT FROM catalog.qualification AS given
    JOIN catalog.authorisation_scope AS named ON named.qualification_id = given.qualification_id
    LEFT JOIN catalog.registration ON registration.registration_number = named.registration_number
    WHERE given.qualification_id = p_qualification AND CASE
      WHEN named.item_id IS NOT NULL THEN NOT EXISTS (
        SELECT FROM catalog.item_makers(named.item_id) AS maker WHERE maker.decides AND maker.organisation_id = given.manufacturer_id)
      ELSE registration.registration_number IS NOT NULL AND NOT EXISTS (
        SELECT FROM catalog.makers(registration.organisation_id, registration.registrant, NULL) AS maker
        WHERE maker.decides AND maker.organisation_id = given.manufacturer_id) END)
$$;
REVOKE EXECUTE ON FUNCTION catalog.names_goods_of_others(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.names_goods_of_others(text) TO qingqu_catalog;

-- Whether an authorisation of the item's manufacturer names the item; without a scope it names all that the manufacturer makes.
CREATE FUNCTION catalog.authorisation_names(p_qualification text, p_item text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (SELECT FROM catalog.authorisation_scope WHERE qualification_id = p_qualification)
    OR EXISTS (
      SELECT FROM catalog.authorisation_scope AS named
      JOIN catalog.item ON item.item_id = named.item_id OR item.registration_number = named.registration_number
      WHERE named.qualification_id = p_qualification AND item.item_id = p_item)
$$;

-- Why the supplier may not sell the item on a day, as far as its file says: no row, nothing stands against it. Runs as the owner:
-- a chain of authorisations leads through the files of others.
CREATE FUNCTION catalog.organisation_obstacles(p_supplier text, p_item text, p_day date)
RETURNS TABLE (reason text, resource text, detail text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH RECURSIVE item AS (
    SELECT device_class, catalog.is_reagent_registration(registration_number) AS is_reagent,
           needs_cold_chain AS is_cold
    FROM catalog.item WHERE item_id = p_item
  ), maker AS MATERIALIZED (
    SELECT organisation.organisation_id, organisation.kinds, organisation.country, organisation.admitted_at, organisation.standing,
           organisation.standing_reason, bool_or(found.decides) AS decides
    FROM catalog.item_makers(p_item) AS found
    JOIN catalog.organisation ON organisation.organisation_id = found.organisation_id
    GROUP BY organisation.organisation_id
  ), policy AS (
    SELECT authorisation_demanded, mandate_demanded, integrity_pledge_demanded FROM catalog.qualification_policy
  ), party AS (
    SELECT supplier.state, organisation.standing, organisation.standing_reason
    FROM catalog.supplier
    JOIN catalog.organisation ON organisation.organisation_id = supplier.supplier_id
    WHERE supplier_id = p_supplier
  ), document AS (
    SELECT qualification_id, kind, device_class, reagents, cold_chain, giver_id, manufacturer_id, valid_until, state,
           valid_until >= p_day AS in_force
    FROM catalog.qualification
    WHERE organisation_id = p_supplier AND state IN ('approved', 'suspended') AND valid_from <= p_day
      AND kind IN ('business_licence', 'distributor_licence', 'authorisation', 'mandate', 'integrity_pledge')
  ), licence AS (
    SELECT bool_or(document.in_force) AS any_in_force,
           bool_or(document.in_force AND document.device_class >= item.device_class) AS class_fits,
           bool_or(document.in_force AND document.device_class >= item.device_class AND document.reagents IS NOT false)
             OR NOT item.is_reagent AS reagents_fit,
           bool_or(document.in_force AND document.device_class >= item.device_class AND document.cold_chain IS NOT false)
             OR NOT item.is_cold AS cold_fits,
           max(document.valid_until) AS held_until,
           (array_agg(document.state ORDER BY document.valid_until DESC))[1] AS last_state,
           item.device_class
    FROM item
    LEFT JOIN document ON document.kind = 'distributor_licence'
    WHERE item.device_class >= 2
    GROUP BY item.device_class, item.is_reagent, item.is_cold
  ), link AS (
    SELECT giver_id, manufacturer_id, 1 AS depth
    FROM document
    WHERE kind = 'authorisation' AND in_force AND (SELECT authorisation_demanded FROM policy)
      AND manufacturer_id IN (SELECT organisation_id FROM maker WHERE decides)
      AND catalog.authorisation_names(qualification_id, p_item)
    UNION
    SELECT above.giver_id, above.manufacturer_id, link.depth + 1
    FROM link
    JOIN catalog.organisation AS giver
      ON giver.organisation_id = link.giver_id AND giver.standing = 'good' AND giver.admitted_at IS NOT NULL
    JOIN catalog.qualification AS above
      ON above.organisation_id = link.giver_id AND above.manufacturer_id = link.manufacturer_id
        AND above.kind = 'authorisation' AND above.state IN ('approved', 'suspended')
        AND p_day BETWEEN above.valid_from AND above.valid_until
    WHERE link.giver_id <> link.manufacturer_id AND link.depth < 6
      AND catalog.authorisation_names(above.qualification_id, p_item)
  ), named AS (
    SELECT max(valid_until) AS held_until FROM document
    WHERE kind = 'authorisation' AND (SELECT authorisation_demanded FROM policy)
      AND manufacturer_id IN (SELECT organisation_id FROM maker WHERE decides)
      AND catalog.authorisation_names(qualification_id, p_item)
  ), paper AS (
    SELECT kind, bool_or(in_force) AS any_in_force, max(valid_until) AS held_until FROM document GROUP BY kind
  )
  SELECT 'SUPPLIER_UNKNOWN', 'suppliers/' || p_supplier, 'there is no such supplier; have it proposed and approved first'
  WHERE NOT EXISTS (SELECT FROM party)
  UNION ALL
  SELECT 'SUPPLIER_NOT_APPROVED', 'suppliers/' || p_supplier, 'it waits for an approval' FROM party WHERE state = 'proposed'
  UNION ALL
  SELECT 'SUPPLIER_SUSPENDED', 'suppliers/' || p_supplier, coalesce(standing_reason, 'it was suspended')
  FROM party WHERE (state = 'suspended' OR standing = 'suspended') AND standing <> 'blacklisted'
  UNION ALL
  SELECT 'SUPPLIER_BLACKLISTED', 'organisations/' || p_supplier, standing_reason FROM party WHERE standing = 'blacklisted'
  UNION ALL
  SELECT 'MANUFACTURER_' || upper(standing), 'organisations/' || organisation_id, standing_reason FROM maker WHERE standing <> 'good'
  UNION ALL
  -- Of these the one that holds longest tells: when it does not hold, none does.
  SELECT 'BUSINESS_LICENCE_' || CASE last.state WHEN 'suspended' THEN 'SUSPENDED' ELSE 'EXPIRED' END, 'organisations/' || p_supplier,
         'it held until ' || last.valid_until
  FROM (SELECT state, valid_until FROM document WHERE kind = 'business_licence' ORDER BY valid_until DESC LIMIT 1) AS last
  WHERE last.valid_until < p_day
  UNION ALL
  SELECT 'PRODUCTION_LICENCE_' || CASE last.state WHEN 'suspended' THEN 'SUSPENDED' ELSE 'EXPIRED' END,
         'organisations/' || maker.organisation_id, 'it held until ' || last.valid_until
  FROM maker
  CROSS JOIN LATERAL (
    SELECT production.state, production.valid_until
    FROM catalog.qualification AS production
    WHERE production.organisation_id = maker.organisation_id AND production.kind = 'production_licence'
      AND production.state IN ('approved', 'suspended') AND production.valid_from <= p_day
      AND production.device_class >= (SELECT device_class FROM item)
    ORDER BY production.valid_until DESC
    LIMIT 1) AS last
  WHERE maker.decides AND maker.country = 'CN' AND last.valid_until < p_day
  UNION ALL
  SELECT CASE WHEN held_until IS NULL THEN 'LICENCE_MISSING' WHEN last_state = 'suspended' THEN 'LICENCE_SUSPENDED'
              ELSE 'LICENCE_EXPIRED' END,
         'suppliers/' || p_supplier, coalesce('it held until ' || held_until, 'no licence is approved')
  FROM licence
  WHERE any_in_force IS NOT true AND EXISTS (SELECT FROM party WHERE state <> 'proposed')
  UNION ALL
  SELECT 'LICENCE_SCOPE_TOO_NARROW', 'suppliers/' || p_supplier,
         CASE WHEN NOT class_fits THEN 'class ' || device_class WHEN NOT reagents_fit THEN 'in-vitro reagents'
              ELSE 'cold chain' END
  FROM licence WHERE any_in_force AND NOT (class_fits AND reagents_fit AND cold_fits)
  UNION ALL
  SELECT CASE WHEN named.held_until IS NULL THEN 'AUTHORISATION_MISSING' WHEN named.held_until < p_day THEN 'AUTHORISATION_EXPIRED'
              ELSE 'AUTHORISATION_CHAIN_BROKEN' END,
         'suppliers/' || p_supplier,
         CASE WHEN named.held_until IS NULL THEN 'no authorisation by its manufacturer names the item'
              WHEN named.held_until < p_day THEN 'it held until ' || named.held_until
              ELSE 'it does not lead to the manufacturer on this day' END
  FROM policy CROSS JOIN named
  WHERE authorisation_demanded AND EXISTS (SELECT FROM item) AND NOT EXISTS (
    SELECT FROM link
    JOIN catalog.organisation AS manufacturer ON manufacturer.organisation_id = link.manufacturer_id
    WHERE link.giver_id = link.manufacturer_id AND manufacturer.standing = 'good' AND manufacturer.admitted_at IS NOT NULL)
    -- Nobody authorises who makes the goods.
    AND NOT EXISTS (SELECT FROM maker WHERE decides AND organisation_id = p_supplier AND kinds @> ARRAY['manufacturer'])
  UNION ALL
  SELECT upper(demanded.kind) || CASE WHEN paper.held_until IS NULL THEN '_MISSING' ELSE '_EXPIRED' END,
         'suppliers/' || p_supplier, coalesce('it held until ' || paper.held_until, 'none is approved')
  FROM policy
  CROSS JOIN LATERAL (VALUES ('mandate', mandate_demanded), ('integrity_pledge', integrity_pledge_demanded))
    AS demanded (kind, is_demanded)
  LEFT JOIN paper ON paper.kind = demanded.kind
  WHERE is_demanded AND paper.any_in_force IS NOT true;
END $$;
REVOKE EXECUTE ON FUNCTION catalog.organisation_obstacles(text, text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.organisation_obstacles(text, text, date) TO qingqu_catalog;

-- Whatever ends, as far as the caller sees it: documents in force that nothing follows upon, and registrations of approved items, each once.
-- Inlined, so that conditions on it use indexes.
CREATE INDEX item_of_registration ON catalog.item (registration_number, item_id) WHERE state = 'approved';
CREATE FUNCTION catalog.endings()
RETURNS TABLE (kind text, resource text, organisation_id text, number text, expire_date date) LANGUAGE sql STABLE AS $$
  SELECT kind, 'qualifications/' || qualification_id, organisation_id, number, valid_until
  FROM catalog.qualification
  WHERE state = 'approved' AND expire_date IS NOT NULL AND coalesce(superseded_from > expire_date + 1, true)
  UNION ALL
  SELECT 'registration', 'registrations/' || registration.registration_number, NULL, registration.registration_number,
         registration.expire_date
  FROM catalog.registration
  -- One by one: who looks at a few days does not read all items.
  CROSS JOIN LATERAL (
    SELECT FROM catalog.item
    WHERE item.registration_number = registration.registration_number AND item.state = 'approved'
    LIMIT 1) AS approved
  WHERE registration.state NOT IN ('suspended', 'cancelled') AND registration.expire_date IS NOT NULL
    AND NOT catalog.is_supplier_session()
$$;
