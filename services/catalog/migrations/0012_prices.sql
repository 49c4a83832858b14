-- Prices of an item in ten-thousandths of a yuan for one base unit: agreed (协议价, with a supplier, by an alliance or the county),
-- ceiling (最高限价) and payment standard of the insurance (医保支付标准), of the county or an alliance, historical (历史采购价, what an
-- institution paid). end_date is the last day; one before start_date says that the price never held.
--
-- Nothing is overwritten. A price is closed once, by the one that follows it or by somebody with a reason, and only its end changes.
CREATE TABLE catalog.price (
  price_id text CONSTRAINT price_pkey PRIMARY KEY,
  kind text NOT NULL,
  item_id text NOT NULL CONSTRAINT price_item_fkey REFERENCES catalog.item,
  supplier_id text CONSTRAINT price_supplier_fkey REFERENCES catalog.supplier,
  alliance_id text,
  institution_id text,
  holder text NOT NULL GENERATED ALWAYS AS (CASE
    WHEN institution_id IS NOT NULL THEN 'institutions/' || institution_id
    WHEN alliance_id IS NOT NULL THEN 'alliances/' || alliance_id
    ELSE 'county' END) STORED,
  amount bigint NOT NULL,
  start_date date NOT NULL,
  end_date date,
  reason text NOT NULL,
  setter_id text NOT NULL,
  setter_for_id text DEFAULT scope.on_behalf_of(),
  created_at timestamptz NOT NULL,
  close_reason text,
  closer_id text,
  closer_for_id text,
  closed_at timestamptz,
  successor_id text CONSTRAINT price_successor_fkey REFERENCES catalog.price DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT price_id_check CHECK (price_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  CONSTRAINT price_kind_check CHECK (kind IN ('agreed', 'ceiling', 'payment_standard', 'historical')),
  CONSTRAINT price_amount_check CHECK (amount BETWEEN 1 AND 100000000000000),
  CONSTRAINT price_supplier_check CHECK (CASE kind
    WHEN 'agreed' THEN supplier_id IS NOT NULL WHEN 'historical' THEN true ELSE supplier_id IS NULL END),
  CONSTRAINT price_holder_check CHECK (
    (institution_id IS NOT NULL) = (kind = 'historical') AND (institution_id IS NULL OR alliance_id IS NOT NULL)),
  CONSTRAINT price_begin_check CHECK (start_date >= '1900-01-01'),
  CONSTRAINT price_period_check CHECK (end_date >= start_date - 1),
  CONSTRAINT price_reason_check CHECK (char_length(reason) BETWEEN 1 AND 500),
  CONSTRAINT price_close_check CHECK (
    (closed_at IS NULL) = (closer_id IS NULL) AND (closed_at IS NULL) = (close_reason IS NULL)
    AND (closed_at IS NULL OR end_date IS NOT NULL) AND (closed_at IS NOT NULL OR successor_id IS NULL)),
  CONSTRAINT price_close_reason_check CHECK (char_length(close_reason) BETWEEN 1 AND 500),
  CONSTRAINT price_overlap_excl EXCLUDE USING gist (
    item_id WITH =, kind WITH =, holder WITH =, coalesce(supplier_id, '') WITH =,
    daterange(start_date, end_date + 1, '[)') WITH &&)
);
CREATE INDEX price_in_force ON catalog.price (item_id, kind, holder, start_date);
CREATE INDEX price_listed ON catalog.price (item_id, start_date, price_id);
CREATE INDEX price_of_supplier ON catalog.price (supplier_id, item_id, start_date, price_id);
SELECT journal.guard('catalog.price');
GRANT SELECT, INSERT, UPDATE (end_date, close_reason, closer_id, closer_for_id, closed_at, successor_id) ON catalog.price
  TO qingqu_catalog;

CREATE FUNCTION catalog.check_price_closing() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL OR NEW.end_date > OLD.end_date THEN
    RAISE EXCEPTION 'the price % is closed once, and only made to end earlier', OLD.price_id
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER price_closing BEFORE UPDATE ON catalog.price FOR EACH ROW EXECUTE FUNCTION catalog.check_price_closing();

-- A supplier sees what was agreed with it and what is public, not what somebody paid; an institution what its alliance agreed and
-- what itself paid; who sees a whole alliance, what its institutions paid.
SELECT scope.protect('catalog.price', $rule$
  ((SELECT scope.sees_all())
   OR institution_id IS NULL AND supplier_id = (SELECT scope.supplier_id())
   OR CASE
     WHEN institution_id IS NOT NULL THEN institution_id = (SELECT scope.own_institution()) OR alliance_id = (SELECT scope.whole_alliance())
     WHEN alliance_id IS NOT NULL THEN alliance_id = (SELECT scope.own_alliance())
     ELSE supplier_id IS NULL OR (SELECT current_setting('qingqu.scope', true) IN ('department', 'institution', 'alliance')) END)
$rule$);
CREATE POLICY price_published ON catalog.price FOR SELECT TO qingqu_owner USING (true);

-- What an alliance's institutions (or the county's: '') paid last for each item by a day, in two figures; of an even number the lower of
-- those in the middle is the median. Only for who sees the alliance's doings: single prices of others do not show in it by name.
CREATE FUNCTION catalog.price_figures(p_items text[], p_alliance text, p_day date)
RETURNS TABLE (item_id text, institution_count int, median bigint, lowest bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  WITH paid AS (
    SELECT DISTINCT ON (price.item_id, price.institution_id) price.item_id, price.amount
    FROM catalog.price AS price
    WHERE price.item_id = ANY (p_items) AND price.kind = 'historical' AND price.start_date <= p_day
      AND (price.end_date IS NULL OR price.end_date >= price.start_date)
      AND (price.alliance_id = p_alliance OR p_alliance = '')
    ORDER BY price.item_id, price.institution_id, price.start_date DESC, price.price_id
  ), agreed AS (
    SELECT price.item_id, min(price.amount) AS amount
    FROM catalog.price AS price
    WHERE price.item_id = ANY (p_items) AND price.kind = 'agreed' AND price.start_date <= p_day
      AND (price.end_date IS NULL OR price.end_date >= p_day)
      AND (price.alliance_id = p_alliance OR price.alliance_id IS NULL OR p_alliance = '')
    GROUP BY price.item_id
  )
  SELECT asked.item_id, count(paid.amount)::int, percentile_disc(0.5) WITHIN GROUP (ORDER BY paid.amount),
         least(min(paid.amount), min(agreed.amount))
  FROM (SELECT DISTINCT unnest(p_items) AS item_id) AS asked
  LEFT JOIN paid ON paid.item_id = asked.item_id
  LEFT JOIN agreed ON agreed.item_id = asked.item_id
  WHERE scope.sees_all() OR p_alliance <> '' AND scope.sees_alliance(p_alliance)
  GROUP BY asked.item_id
$$;
REVOKE EXECUTE ON FUNCTION catalog.price_figures(text[], text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.price_figures(text[], text, date) TO qingqu_catalog;
