-- Organisations (资质档案) and their qualification documents (证照). Whether a document holds on a day follows from its dates.

-- The day it is in the county.
CREATE FUNCTION catalog.business_day() RETURNS date LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date $$;

CREATE FUNCTION catalog.is_supplier_session() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('qingqu.scope', true), '') NOT IN ('department', 'institution', 'alliance', 'county', 'system') $$;

CREATE TABLE catalog.organisation (
  organisation_id text CONSTRAINT organisation_pkey PRIMARY KEY,
  display_name text NOT NULL,
  kinds text[] NOT NULL,
  -- None for makers abroad, who have a country.
  credit_code text CONSTRAINT organisation_credit_code_key UNIQUE,
  country text NOT NULL,
  address text NOT NULL DEFAULT '',
  phone text NOT NULL DEFAULT '',
  legal_representative text NOT NULL DEFAULT '',
  contacts jsonb NOT NULL DEFAULT '[]',
  -- Set with its first approved business licence, or with the approval of the supplier that it is.
  admitted_at timestamptz,
  standing text NOT NULL DEFAULT 'good',
  standing_reason text,
  reinstatement_proposer_id text,
  reinstatement_proposer_for_id text,
  reinstater_id text,
  reinstater_for_id text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT organisation_id_and_code_key UNIQUE (organisation_id, credit_code),
  CONSTRAINT organisation_id_check CHECK (organisation_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  CONSTRAINT organisation_display_name_check CHECK (char_length(display_name) BETWEEN 1 AND 200),
  CONSTRAINT organisation_kinds_check CHECK (
    cardinality(kinds) BETWEEN 1 AND 3 AND kinds <@ ARRAY['manufacturer', 'agent', 'distributor']),
  CONSTRAINT organisation_credit_code_check CHECK (catalog.is_credit_code(credit_code)),
  CONSTRAINT organisation_country_check CHECK (country ~ '^[A-Z]{2}$' AND (country = 'CN') = (credit_code IS NOT NULL)),
  CONSTRAINT organisation_texts_check CHECK (
    char_length(address) <= 200 AND char_length(phone) <= 40 AND char_length(legal_representative) <= 60),
  CONSTRAINT organisation_contacts_check CHECK (jsonb_typeof(contacts) = 'array' AND jsonb_array_length(contacts) <= 20),
  CONSTRAINT organisation_standing_check CHECK (standing IN ('good', 'suspended', 'blacklisted')),
  CONSTRAINT organisation_standing_reason_check CHECK (
    standing = 'good' OR coalesce(char_length(standing_reason) BETWEEN 1 AND 500, false)),
  CONSTRAINT organisation_reinstatement_check CHECK (CASE
    WHEN reinstatement_proposer_id IS NULL THEN reinstater_id IS NULL
    ELSE (reinstater_id IS NULL) = (standing <> 'good') END),
  CONSTRAINT organisation_reinstatement_same_person_check CHECK (NOT scope.one_person_behind(
    reinstater_id, reinstater_for_id, reinstatement_proposer_id, reinstatement_proposer_for_id)),
  CONSTRAINT organisation_version_check CHECK (version >= 1)
);

-- A name as it is compared: full width or half, capitals, spaces and signs make no difference.
CREATE FUNCTION catalog.folded_name(p_name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT lower(regexp_replace(normalize(p_name, NFKC), '[\s().,''"“”‘’、。・·&/—–_-]+', '', 'g'))
$$;

-- Every name that an organisation has or had: items and registrations name their maker, and who is renamed stays the same. Written by the
-- trigger alone, and read by the functions of the purchase check.
CREATE TABLE catalog.organisation_name (
  folded_name text NOT NULL,
  organisation_id text NOT NULL CONSTRAINT organisation_name_organisation_fkey REFERENCES catalog.organisation,
  CONSTRAINT organisation_name_pkey PRIMARY KEY (folded_name, organisation_id),
  CONSTRAINT organisation_name_check CHECK (folded_name <> '')
);
CREATE FUNCTION catalog.keep_organisation_name() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO catalog.organisation_name (folded_name, organisation_id)
  SELECT catalog.folded_name(NEW.display_name), NEW.organisation_id WHERE catalog.folded_name(NEW.display_name) <> ''
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER organisation_keep_name AFTER INSERT OR UPDATE OF display_name ON catalog.organisation
  FOR EACH ROW EXECUTE FUNCTION catalog.keep_organisation_name();

CREATE TABLE catalog.qualification (
  qualification_id text CONSTRAINT qualification_pkey PRIMARY KEY,
  organisation_id text NOT NULL CONSTRAINT qualification_organisation_fkey REFERENCES catalog.organisation,
  kind text NOT NULL,
  number text NOT NULL DEFAULT '',
  valid_from date NOT NULL,
  -- The last day printed on it; none: without end.
  expire_date date,
  -- Licences: the highest class, and the scopes that are named apart; NULL: not known.
  device_class smallint,
  reagents boolean,
  cold_chain boolean,
  -- Authorisations: who gave it, of whose products, and whether to nobody else. What is authorised: authorisation_scope.
  giver_id text CONSTRAINT qualification_giver_fkey REFERENCES catalog.organisation,
  manufacturer_id text CONSTRAINT qualification_manufacturer_fkey REFERENCES catalog.organisation,
  exclusive boolean,
  -- Mandates.
  person_name text,
  person_phone text,
  -- Business licences: what the organisation is called and where it is, live once approved.
  profile jsonb,
  -- The licence with which a supplier was proposed: approved with the supplier, not reviewed again.
  founding boolean NOT NULL DEFAULT false,
  renews_id text,
  state text NOT NULL DEFAULT 'submitted',
  reason text,
  -- From this day on another one takes its place, or it is suspended.
  superseded_from date,
  suspended_from date,
  -- The last day on which it holds, once approved.
  valid_until date NOT NULL GENERATED ALWAYS AS
    (least(coalesce(expire_date, '9999-12-31'::date), superseded_from - 1, suspended_from - 1)) STORED,
  submitter_id text NOT NULL,
  submitter_for_id text DEFAULT scope.on_behalf_of(),
  equipment_reviewer_id text,
  equipment_reviewer_for_id text,
  infection_control_reviewer_id text,
  infection_control_reviewer_for_id text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT qualification_identity_key UNIQUE (qualification_id, organisation_id, kind),
  CONSTRAINT qualification_renews_fkey FOREIGN KEY (renews_id, organisation_id, kind)
    REFERENCES catalog.qualification (qualification_id, organisation_id, kind),
  CONSTRAINT qualification_id_check CHECK (qualification_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  CONSTRAINT qualification_number_check CHECK (char_length(number) <= 100),
  CONSTRAINT qualification_period_check CHECK (valid_from >= '1900-01-01' AND expire_date >= valid_from),
  CONSTRAINT qualification_expire_date_check CHECK (
    expire_date IS NOT NULL OR kind IN ('business_licence', 'integrity_pledge') OR number ~ '械(经营|生产)备'),
  CONSTRAINT qualification_state_check CHECK (state IN ('submitted', 'approved', 'rejected', 'withdrawn', 'suspended')),
  CONSTRAINT qualification_reason_check CHECK (
    coalesce(char_length(reason) <= 500, true) AND (state NOT IN ('rejected', 'suspended') OR coalesce(char_length(reason) >= 1, false))),
  CONSTRAINT qualification_superseded_check CHECK (superseded_from IS NULL OR state IN ('approved', 'suspended')),
  CONSTRAINT qualification_suspended_check CHECK ((suspended_from IS NOT NULL) = (state = 'suspended')),
  CONSTRAINT qualification_founding_check CHECK (
    NOT founding OR kind = 'distributor_licence' AND renews_id IS NULL AND state IN ('submitted', 'approved', 'suspended')),
  -- In force only what the equipment department (设备科) and infection control (院感) have both reviewed.
  CONSTRAINT qualification_reviewed_check CHECK (founding OR CASE state
    WHEN 'submitted' THEN equipment_reviewer_id IS NULL OR infection_control_reviewer_id IS NULL
    WHEN 'approved' THEN equipment_reviewer_id IS NOT NULL AND infection_control_reviewer_id IS NOT NULL
    WHEN 'suspended' THEN equipment_reviewer_id IS NOT NULL AND infection_control_reviewer_id IS NOT NULL
    ELSE true END),
  CONSTRAINT qualification_same_person_check CHECK (
    NOT scope.one_person_behind(equipment_reviewer_id, equipment_reviewer_for_id, submitter_id, submitter_for_id)
    AND NOT scope.one_person_behind(infection_control_reviewer_id, infection_control_reviewer_for_id, submitter_id,
                                    submitter_for_id)
    AND NOT scope.one_person_behind(infection_control_reviewer_id, infection_control_reviewer_for_id, equipment_reviewer_id,
                                    equipment_reviewer_for_id)),
  CONSTRAINT qualification_kind_check CHECK (coalesce(CASE kind
    WHEN 'business_licence' THEN jsonb_typeof(profile) = 'object'
    WHEN 'distributor_licence' THEN number ~ '械经营[许备][0-9]{8}号$' AND (founding OR num_nulls(reagents, cold_chain) = 0)
      AND device_class = CASE WHEN number ~ '械经营许' THEN 3 ELSE 2 END
    WHEN 'production_licence' THEN number ~ '械生产[许备][0-9]{8}号$'
      AND device_class = CASE WHEN number ~ '械生产许' THEN 3 ELSE 1 END
    WHEN 'authorisation' THEN num_nulls(giver_id, manufacturer_id, exclusive) = 0
      AND giver_id <> organisation_id AND manufacturer_id <> organisation_id
    WHEN 'mandate' THEN char_length(person_name) BETWEEN 1 AND 60 AND char_length(person_phone) <= 40
    WHEN 'integrity_pledge' THEN true END, false)),
  -- Nothing but what belongs to the kind.
  CONSTRAINT qualification_columns_check CHECK (
    (kind = 'business_licence' OR profile IS NULL)
    AND (kind = 'distributor_licence' OR num_nonnulls(reagents, cold_chain) = 0)
    AND (kind IN ('distributor_licence', 'production_licence') OR device_class IS NULL)
    AND (kind = 'authorisation' OR num_nonnulls(giver_id, manufacturer_id, exclusive) = 0)
    AND (kind = 'mandate' OR num_nonnulls(person_name, person_phone) = 0)),
  CONSTRAINT qualification_version_check CHECK (version >= 1)
);
CREATE INDEX qualification_of_organisation ON catalog.qualification (organisation_id, kind, valid_until);
CREATE INDEX qualification_given ON catalog.qualification (giver_id, manufacturer_id) WHERE kind = 'authorisation';
CREATE INDEX qualification_ending ON catalog.qualification (valid_until, qualification_id)
  WHERE state IN ('approved', 'suspended');
-- One renewal at a time, and one business licence under review.
CREATE UNIQUE INDEX qualification_renewed_once ON catalog.qualification (renews_id)
  WHERE state IN ('submitted', 'approved', 'suspended');
CREATE UNIQUE INDEX qualification_one_profile_submitted ON catalog.qualification (organisation_id)
  WHERE kind = 'business_licence' AND state = 'submitted';
-- The same paper is not submitted twice at a time.
CREATE UNIQUE INDEX qualification_submitted_once ON catalog.qualification (organisation_id, kind, number)
  WHERE state = 'submitted' AND number <> '' AND NOT founding;

-- What an authorisation names, a registration or an item; no row: all that the manufacturer makes.
CREATE TABLE catalog.authorisation_scope (
  qualification_id text NOT NULL CONSTRAINT authorisation_scope_qualification_fkey REFERENCES catalog.qualification,
  organisation_id text NOT NULL,
  registration_number text,
  item_id text CONSTRAINT authorisation_scope_item_fkey REFERENCES catalog.item,
  CONSTRAINT authorisation_scope_key UNIQUE NULLS NOT DISTINCT (qualification_id, registration_number, item_id),
  CONSTRAINT authorisation_scope_check CHECK (num_nonnulls(registration_number, item_id) = 1)
);

-- What the purchase check demands besides a licence. One row.
CREATE TABLE catalog.qualification_policy (
  policy_id smallint CONSTRAINT qualification_policy_pkey PRIMARY KEY DEFAULT 1,
  authorisation_demanded boolean NOT NULL DEFAULT false,
  mandate_demanded boolean NOT NULL DEFAULT false,
  integrity_pledge_demanded boolean NOT NULL DEFAULT false,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT qualification_policy_id_check CHECK (policy_id = 1)
);
INSERT INTO catalog.qualification_policy DEFAULT VALUES;

-- A supplier is an organisation of the same id and credit code, made with it, and its licence the first document.

CREATE FUNCTION catalog.found_organisation(p_supplier catalog.supplier) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO catalog.organisation AS organisation (organisation_id, display_name, kinds, credit_code, country, admitted_at,
                                                    created_at, updated_at)
  VALUES (p_supplier.supplier_id, p_supplier.display_name, ARRAY['distributor'], p_supplier.credit_code, 'CN',
          CASE WHEN p_supplier.state <> 'proposed' THEN p_supplier.updated_at END, p_supplier.created_at, p_supplier.updated_at)
  ON CONFLICT (organisation_id) DO UPDATE
    SET kinds = organisation.kinds || ARRAY['distributor'], version = organisation.version + 1, updated_at = excluded.updated_at
    WHERE NOT organisation.kinds @> ARRAY['distributor'];
  -- A licence does not say since when it holds, but its number has the year.
  INSERT INTO catalog.qualification (qualification_id, organisation_id, kind, number, valid_from, expire_date, device_class,
                                     founding, state, submitter_id, submitter_for_id, created_at, updated_at)
  VALUES (gen_random_uuid()::text, p_supplier.supplier_id, 'distributor_licence', p_supplier.licence_number,
          least(make_date(substring(p_supplier.licence_number, '([0-9]{4})[0-9]{4}号$')::int, 1, 1),
                (p_supplier.created_at AT TIME ZONE 'Asia/Shanghai')::date, p_supplier.licence_expire_date),
          p_supplier.licence_expire_date, p_supplier.licence_class, true,
          CASE WHEN p_supplier.state = 'proposed' THEN 'submitted' ELSE 'approved' END, p_supplier.proposer_id,
          p_supplier.proposer_for_id, p_supplier.created_at, p_supplier.updated_at);
END $$;

SELECT catalog.found_organisation(supplier) FROM catalog.supplier;
ALTER TABLE catalog.supplier ADD CONSTRAINT supplier_organisation_fkey FOREIGN KEY (supplier_id, credit_code)
  REFERENCES catalog.organisation (organisation_id, credit_code) DEFERRABLE INITIALLY DEFERRED;

-- Who has the id or the credit code of another organisation is refused as who has that of another supplier.
CREATE FUNCTION catalog.refuse_other_organisation() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF EXISTS (SELECT FROM catalog.organisation
             WHERE (organisation_id = NEW.supplier_id) <> coalesce(credit_code = NEW.credit_code, false))
     AND NOT EXISTS (SELECT FROM catalog.supplier
                     WHERE supplier_id = NEW.supplier_id OR credit_code = NEW.credit_code) THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER supplier_other_organisation BEFORE INSERT ON catalog.supplier
  FOR EACH ROW EXECUTE FUNCTION catalog.refuse_other_organisation();

CREATE FUNCTION catalog.follow_supplier() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM catalog.found_organisation(NEW);
  ELSIF OLD.state = 'proposed' AND NEW.state <> 'proposed' THEN
    UPDATE catalog.organisation SET admitted_at = NEW.updated_at, updated_at = NEW.updated_at, version = version + 1
    WHERE organisation_id = NEW.supplier_id AND admitted_at IS NULL;
    UPDATE catalog.qualification SET state = 'approved', updated_at = NEW.updated_at, version = version + 1
    WHERE organisation_id = NEW.supplier_id AND founding AND state = 'submitted';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER supplier_organisation AFTER INSERT OR UPDATE OF state ON catalog.supplier
  FOR EACH ROW EXECUTE FUNCTION catalog.follow_supplier();

-- The distributor's licence that counts on a day: the highest in force; when none is, the one that held last. Also before the
-- supplier is approved.
CREATE FUNCTION catalog.supplier_licence(p_supplier text, p_day date)
RETURNS TABLE (licence_number text, licence_class smallint, licence_expire_date date)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT number, device_class, valid_until
  FROM catalog.qualification
  WHERE organisation_id = p_supplier AND kind = 'distributor_licence' AND (founding OR state IN ('approved', 'suspended'))
    AND valid_from <= p_day
  ORDER BY valid_until >= p_day DESC, CASE WHEN valid_until >= p_day THEN device_class END DESC, valid_until DESC
  LIMIT 1
$$;

COMMENT ON FUNCTION catalog.supplier_licence IS 'Runs as the owner: the view below is for services that may not read the tables.';

-- A supplier that is suspended or blacklisted as an organisation is suspended for everybody.
CREATE OR REPLACE VIEW catalog_pub.supplier AS
  SELECT supplier.supplier_id, coalesce(organisation.display_name, supplier.display_name) AS display_name, supplier.credit_code,
         CASE WHEN supplier.state = 'approved' AND organisation.standing <> 'good' THEN 'suspended' ELSE supplier.state END
           AS state,
         coalesce(licence.licence_class, supplier.licence_class)::int AS licence_class,
         coalesce(licence.licence_expire_date, supplier.licence_expire_date) AS licence_expire_date
  FROM catalog.supplier
  LEFT JOIN catalog.organisation ON organisation.organisation_id = supplier.supplier_id
  LEFT JOIN LATERAL catalog.supplier_licence(supplier.supplier_id, catalog.business_day()) AS licence ON true;

-- Those of them that are nobody. Runs as the owner: that an organisation exists is no secret, and a supplier names who authorised
-- it.
CREATE FUNCTION catalog.unknown_organisations(p_ids text[]) RETURNS TABLE (organisation_id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT named.id FROM unnest(p_ids) AS named (id)
  WHERE NOT EXISTS (SELECT FROM catalog.organisation WHERE organisation.organisation_id = named.id)
$$;

-- Whether authorisation p_wide covers all that p_narrow names.
CREATE FUNCTION catalog.authorisation_covers(p_wide text, p_narrow text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (SELECT FROM catalog.authorisation_scope WHERE qualification_id = p_wide)
    OR (EXISTS (SELECT FROM catalog.authorisation_scope WHERE qualification_id = p_narrow)
        AND NOT EXISTS (
          SELECT FROM catalog.authorisation_scope AS narrow
          LEFT JOIN catalog.item ON item.item_id = narrow.item_id
          WHERE narrow.qualification_id = p_narrow AND NOT EXISTS (
            SELECT FROM catalog.authorisation_scope AS wide
            WHERE wide.qualification_id = p_wide
              AND (wide.item_id = narrow.item_id
                   OR wide.registration_number IN (narrow.registration_number, item.registration_number)))))
$$;

-- Whether two authorisations name something in common.
CREATE FUNCTION catalog.authorisations_overlap(p_one text, p_other text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (SELECT FROM catalog.authorisation_scope WHERE qualification_id = p_one)
    OR NOT EXISTS (SELECT FROM catalog.authorisation_scope WHERE qualification_id = p_other)
    OR EXISTS (
      SELECT FROM catalog.authorisation_scope AS one
      LEFT JOIN catalog.item AS one_item ON one_item.item_id = one.item_id
      JOIN catalog.authorisation_scope AS other ON other.qualification_id = p_other
      LEFT JOIN catalog.item AS other_item ON other_item.item_id = other.item_id
      WHERE one.qualification_id = p_one
        AND (one.item_id = other.item_id
             OR one.registration_number IN (other.registration_number, other_item.registration_number)
             OR other.registration_number = one_item.registration_number))
$$;

-- Why an authorisation may not be approved, '' when it may: who gives it must be the manufacturer, or hold one themselves that
-- covers it in what and when; both must be admitted; it names nobody else's goods; and what was given to one exclusively is given to
-- nobody else. Holds the giver locked, so that of two that exclude each other the second sees the first.
CREATE FUNCTION catalog.authorisation_refusal(p_qualification text) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  v_given record;
BEGIN
  SELECT organisation_id, giver_id, manufacturer_id, exclusive, valid_from, expire_date INTO v_given
  FROM catalog.qualification WHERE qualification_id = p_qualification;
  PERFORM FROM catalog.organisation WHERE organisation_id = v_given.giver_id FOR UPDATE;
  IF EXISTS (SELECT FROM catalog.organisation
             WHERE organisation_id IN (v_given.giver_id, v_given.manufacturer_id) AND admitted_at IS NULL)
     OR catalog.names_goods_of_others(p_qualification) THEN
    RETURN 'AUTHORISATION_NOT_COVERED';
  END IF;
  IF v_given.giver_id = v_given.manufacturer_id THEN
    IF NOT EXISTS (SELECT FROM catalog.organisation
                   WHERE organisation_id = v_given.giver_id AND kinds @> ARRAY['manufacturer']) THEN
      RETURN 'AUTHORISATION_NOT_COVERED';
    END IF;
  ELSIF NOT EXISTS (
    SELECT FROM catalog.qualification AS held
    WHERE held.organisation_id = v_given.giver_id AND held.kind = 'authorisation' AND held.state = 'approved'
      AND held.manufacturer_id = v_given.manufacturer_id
      AND held.valid_from <= v_given.valid_from AND held.valid_until >= v_given.expire_date
      AND catalog.authorisation_covers(held.qualification_id, p_qualification)) THEN
    RETURN 'AUTHORISATION_NOT_COVERED';
  END IF;
  IF EXISTS (
    SELECT FROM catalog.qualification AS other
    WHERE other.giver_id = v_given.giver_id AND other.manufacturer_id = v_given.manufacturer_id
      AND other.kind = 'authorisation' AND other.organisation_id <> v_given.organisation_id AND other.state = 'approved'
      AND (other.exclusive OR v_given.exclusive)
      AND other.valid_from <= v_given.expire_date AND other.valid_until >= v_given.valid_from
      AND catalog.authorisations_overlap(other.qualification_id, p_qualification)) THEN
    RETURN 'AUTHORISATION_EXCLUSIVE';
  END IF;
  RETURN '';
END $$;

CREATE FUNCTION catalog.check_authorisation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_refusal text := catalog.authorisation_refusal(NEW.qualification_id);
BEGIN
  IF v_refusal <> '' THEN
    RAISE EXCEPTION 'the authorisation % is refused: %', NEW.qualification_id, v_refusal USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER qualification_authorisation BEFORE UPDATE OF state ON catalog.qualification
  FOR EACH ROW WHEN (NEW.kind = 'authorisation' AND NEW.state = 'approved' AND OLD.state <> 'approved')
  EXECUTE FUNCTION catalog.check_authorisation();

-- Nothing begins but under review; a licence of a supplier's founding is the one in its row.
CREATE FUNCTION catalog.check_submitted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF (CASE WHEN NEW.founding
       THEN NOT EXISTS (SELECT FROM catalog.supplier
                        WHERE supplier_id = NEW.organisation_id AND licence_number = NEW.number
                          AND licence_expire_date = NEW.expire_date AND (state = 'proposed') = (NEW.state = 'submitted'))
       ELSE NEW.state <> 'submitted' OR num_nonnulls(NEW.equipment_reviewer_id, NEW.infection_control_reviewer_id) > 0 END) THEN
    RAISE EXCEPTION 'the qualification % was not submitted', NEW.qualification_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER qualification_submitted BEFORE INSERT ON catalog.qualification
  FOR EACH ROW EXECUTE FUNCTION catalog.check_submitted();

-- What is decided stays so; only what is approved is suspended.
CREATE FUNCTION catalog.check_qualification_course() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF (OLD.state, NEW.state) NOT IN (
       ('submitted', 'approved'), ('submitted', 'rejected'), ('submitted', 'withdrawn'), ('approved', 'suspended'))
     OR NEW.equipment_reviewer_id IS DISTINCT FROM OLD.equipment_reviewer_id AND OLD.state <> 'submitted'
     OR NEW.infection_control_reviewer_id IS DISTINCT FROM OLD.infection_control_reviewer_id AND OLD.state <> 'submitted' THEN
    RAISE EXCEPTION 'the qualification % cannot become % from %', NEW.qualification_id, NEW.state, OLD.state
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER qualification_course BEFORE UPDATE ON catalog.qualification
  FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION catalog.check_qualification_course();

-- Warnings (预警).

-- What has been told, once for each document and threshold: 90, 30 and 7 days before its last day, and 0 when it has expired.
-- Whether something has expired is never read here.
CREATE TABLE catalog.expiry_warning (
  resource text NOT NULL,
  expire_date date NOT NULL,
  days_before smallint NOT NULL,
  raised_at timestamptz NOT NULL,
  CONSTRAINT expiry_warning_pkey PRIMARY KEY (resource, expire_date, days_before),
  CONSTRAINT expiry_warning_days_check CHECK (days_before IN (90, 30, 7, 0))
);

SELECT journal.guard('catalog.organisation');
SELECT journal.guard('catalog.qualification');
SELECT journal.guard('catalog.qualification_policy');
SELECT journal.guard('catalog.expiry_warning');

GRANT SELECT, INSERT, UPDATE (display_name, kinds, address, phone, legal_representative, contacts, admitted_at, standing,
                              standing_reason, reinstatement_proposer_id, reinstatement_proposer_for_id, reinstater_id,
                              reinstater_for_id, updated_at, version) ON catalog.organisation TO qingqu_catalog;
GRANT SELECT, INSERT, UPDATE (state, reason, superseded_from, suspended_from, equipment_reviewer_id,
                              equipment_reviewer_for_id, infection_control_reviewer_id, infection_control_reviewer_for_id,
                              updated_at, version) ON catalog.qualification TO qingqu_catalog;
GRANT SELECT, INSERT ON catalog.authorisation_scope, catalog.expiry_warning TO qingqu_catalog;
GRANT SELECT, UPDATE (authorisation_demanded, mandate_demanded, integrity_pledge_demanded, version)
  ON catalog.qualification_policy TO qingqu_catalog;

-- A supplier sees its own file only, and changes nothing in it but to submit and to withdraw.
DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['organisation', 'qualification', 'authorisation_scope'] LOOP
    EXECUTE format('ALTER TABLE catalog.%1$I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE catalog.%1$I FORCE ROW LEVEL SECURITY', v_table);
    EXECUTE format($policy$CREATE POLICY %2$I ON catalog.%1$I TO qingqu_catalog
      USING (NOT (SELECT catalog.is_supplier_session()) OR organisation_id = (SELECT scope.supplier_id()))$policy$,
      v_table, v_table || '_scope');
    EXECUTE format('CREATE POLICY %2$I ON catalog.%1$I FOR SELECT TO qingqu_owner USING (true)', v_table, v_table || '_published');
  END LOOP;
END $$;
CREATE POLICY organisation_hands ON catalog.organisation AS RESTRICTIVE FOR UPDATE TO qingqu_catalog
  USING (true) WITH CHECK (NOT catalog.is_supplier_session());
CREATE POLICY organisation_makers ON catalog.organisation AS RESTRICTIVE FOR INSERT TO qingqu_catalog
  WITH CHECK (NOT catalog.is_supplier_session());
CREATE POLICY qualification_hands ON catalog.qualification AS RESTRICTIVE FOR UPDATE TO qingqu_catalog
  USING (true) WITH CHECK (NOT catalog.is_supplier_session() OR state = 'withdrawn');
