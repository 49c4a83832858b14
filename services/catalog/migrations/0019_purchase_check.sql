-- Whether something may be bought: every obstacle at once, each with a stable reason, the resource that stands in the way, and what
-- is wrong and can be done about it, for people. No row: it may be bought. All are true or not by the day that is asked for.

-- What must be there besides. Rows are added, never changed: of those that have begun the last one counts. Without any, nothing is.
CREATE TABLE catalog.purchase_rule (
  rule_number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT purchase_rule_pkey PRIMARY KEY,
  start_date date NOT NULL,
  list_required boolean NOT NULL,
  price_required boolean NOT NULL,
  reason text NOT NULL,
  setter_id text NOT NULL,
  setter_for_id text DEFAULT scope.on_behalf_of(),
  created_at timestamptz NOT NULL,
  CONSTRAINT purchase_rule_reason_check CHECK (char_length(reason) BETWEEN 1 AND 500)
);
COMMENT ON COLUMN catalog.purchase_rule.list_required IS 'Whether who is governed by no approved list may buy nothing; else everything.';
COMMENT ON COLUMN catalog.purchase_rule.price_required IS 'Whether what has no agreed price may not be bought.';
CREATE INDEX purchase_rule_in_force ON catalog.purchase_rule (start_date, rule_number);
SELECT journal.guard('catalog.purchase_rule');
GRANT SELECT, INSERT ON catalog.purchase_rule TO qingqu_catalog;

CREATE FUNCTION catalog.list_required(p_day date) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT list_required FROM catalog.purchase_rule WHERE start_date <= p_day
                   ORDER BY start_date DESC, rule_number DESC LIMIT 1), false)
$$;
CREATE FUNCTION catalog.price_required(p_day date) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce((SELECT price_required FROM catalog.purchase_rule WHERE start_date <= p_day
                   ORDER BY start_date DESC, rule_number DESC LIMIT 1), false)
$$;

-- The lists that govern a buyer on a day: the department's, the institution's, the alliance's, the county's, as far as there are any.
-- An item must be on each of them, so that a narrower list cannot let in what a wider one keeps out.
CREATE FUNCTION catalog.governing_lists(p_institution text, p_department text, p_day date) RETURNS SETOF text LANGUAGE sql STABLE AS $$
  SELECT list.list_id
  FROM catalog.approved_list AS list
  WHERE list.holder = ANY (ARRAY['county', 'institutions/' || p_institution, 'departments/' || nullif(p_department, ''),
          (SELECT 'alliances/' || alliance_id FROM identity_pub.institution WHERE institution_id = p_institution)])
    AND list.state = 'approved' AND list.start_date <= p_day AND (list.end_date IS NULL OR list.end_date >= p_day)
$$;

CREATE FUNCTION catalog.list_obstacles(p_institution text, p_department text, p_item text, p_day date)
RETURNS TABLE (reason text, resource text, detail text) LANGUAGE sql STABLE AS $$
  SELECT 'NOT_ON_APPROVED_LIST', 'approvedLists/' || governing,
         'the item is not on this approved list; apply for it (新品准入申请), or choose one that is'
  FROM catalog.governing_lists(p_institution, p_department, p_day) AS governing
  WHERE NOT EXISTS (SELECT FROM catalog.approved_list_entry AS entry
                    WHERE entry.list_id = governing AND entry.item_id = p_item AND entry.start_date <= p_day
                      AND (entry.end_date IS NULL OR entry.end_date >= p_day))
  UNION ALL
  SELECT 'NO_APPROVED_LIST', 'institutions/' || p_institution,
         'no approved list governs the buyer, and one is required; have one proposed and approved first'
  WHERE catalog.list_required(p_day) AND NOT EXISTS (SELECT FROM catalog.governing_lists(p_institution, p_department, p_day))
$$;

-- The price that an institution pays a supplier: what its alliance agreed, or else the county.
CREATE FUNCTION catalog.agreed_price(p_institution text, p_supplier text, p_item text, p_day date)
RETURNS TABLE (price_id text, amount bigint) LANGUAGE sql STABLE AS $$
  SELECT price.price_id, price.amount
  FROM catalog.price AS price
  WHERE price.item_id = p_item AND price.kind = 'agreed' AND price.supplier_id = p_supplier
    AND price.holder = ANY (ARRAY['county',
          (SELECT 'alliances/' || alliance_id FROM identity_pub.institution WHERE institution_id = p_institution)])
    AND price.start_date <= p_day AND (price.end_date IS NULL OR price.end_date >= p_day)
  ORDER BY price.alliance_id NULLS LAST
  LIMIT 1
$$;

CREATE FUNCTION catalog.price_obstacles(p_institution text, p_supplier text, p_item text, p_day date)
RETURNS TABLE (reason text, resource text, detail text) LANGUAGE sql STABLE AS $$
  SELECT 'PRICE_ABOVE_CEILING', 'prices/' || agreed.price_id,
         'the agreed price is above the ceiling in force, prices/' || ceiling.price_id || '; agree on a lower one'
  FROM catalog.agreed_price(p_institution, p_supplier, p_item, p_day) AS agreed
  JOIN catalog.price AS ceiling
    ON ceiling.item_id = p_item AND ceiling.kind = 'ceiling'
       AND ceiling.holder = ANY (ARRAY['county',
             (SELECT 'alliances/' || alliance_id FROM identity_pub.institution WHERE institution_id = p_institution)])
       AND ceiling.start_date <= p_day AND (ceiling.end_date IS NULL OR ceiling.end_date >= p_day)
  WHERE agreed.amount > ceiling.amount
  UNION ALL
  SELECT 'NO_AGREED_PRICE', 'items/' || p_item,
         'no price is agreed with the supplier for this day, and one is required; have one agreed first'
  WHERE catalog.price_required(p_day)
    AND NOT EXISTS (SELECT FROM catalog.agreed_price(p_institution, p_supplier, p_item, p_day))
$$;

-- Who is closed buys nothing more, on whatever day.
CREATE FUNCTION catalog.buyer_obstacles(p_institution text, p_department text)
RETURNS TABLE (reason text, resource text, detail text) LANGUAGE sql STABLE AS $$
  SELECT 'BUYER_CLOSED', 'institutions/' || p_institution, 'the institution is closed; whoever took over its work must buy'
  FROM identity_pub.institution WHERE institution_id = p_institution AND closed
  UNION ALL
  SELECT 'BUYER_CLOSED', 'departments/' || p_department, 'the department is closed; whoever took over its work must buy'
  FROM identity_pub.department WHERE department_id = p_department AND closed
$$;

-- It looks beyond what its caller may see, who must have been asked about the buyer first: the answer names nobody else's price.
-- Every question is of one item: a session plans it once, not for each of the first ones anew, which takes longer than the answer.
CREATE FUNCTION catalog.purchase_obstacles(p_institution text, p_department text, p_supplier text, p_item text, p_day date)
RETURNS TABLE (reason text, resource text, detail text) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog
SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    SELECT reason, resource, detail FROM catalog.buyer_obstacles(p_institution, p_department)
    UNION ALL
    SELECT reason, resource, detail FROM catalog.organisation_obstacles(p_supplier, p_item, p_day)
    UNION ALL
    SELECT reason, resource, detail FROM catalog.item_obstacles(p_item, p_day)
    UNION ALL
    SELECT reason, resource, detail FROM catalog.code_obstacles(p_item, p_day)
    UNION ALL
    SELECT reason, resource, detail FROM catalog.list_obstacles(p_institution, p_department, p_item, p_day)
    UNION ALL
    SELECT reason, resource, detail FROM catalog.price_obstacles(p_institution, p_supplier, p_item, p_day);
END $$;
REVOKE EXECUTE ON FUNCTION catalog.purchase_obstacles(text, text, text, text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.purchase_obstacles(text, text, text, text, date) TO qingqu_catalog;
