-- Registration certificates (注册证) and filings (备案), and what each said at any time.

-- The class that a normalised number says, NULL when it is no number: filings are class I; of certificates 国+准 is class III,
-- a province's class II, 进 and 许 what their digit says; old forms what their digit after 第 says.
CREATE FUNCTION catalog.registration_class(number text) RETURNS smallint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
    WHEN number ~ '^[^ -~]{1,5}械备[0-9]{8}号$' THEN 1
    WHEN number ~ '^国械注准[0-9]{4}3[0-9]{6}$' THEN 3
    WHEN number ~ '^国械注[进许][0-9]{4}[23][0-9]{6}$' THEN substr(number, 9, 1)::int
    WHEN number ~ '^[^国 -~]械注准[0-9]{4}2[0-9]{6}$' THEN 2
    WHEN number ~ '药[监管]械\([准进许试]\)字[0-9]{4}第[123][0-9]{6}号(\(更\))?$'
      THEN substring(number FROM '第([123])')::int
  END::smallint
$$;

-- 进 and a filing with the state: imported. 许: Hong Kong, Macao and Taiwan. Else domestic.
CREATE FUNCTION catalog.registration_origin(number text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
    WHEN number ~ '械注进|械\(进\)|^国械备' THEN 'imported'
    WHEN number ~ '械注许|械\(许\)' THEN 'special_region'
    ELSE 'domestic'
  END
$$;

-- Whether it is of an in-vitro reagent: classification 40, which stands behind the class.
CREATE FUNCTION catalog.is_reagent_registration(number text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT number ~ '^[^ -~]械注[准进许][0-9]{4}[23]40[0-9]{4}$|药[监管]械\([准进许试]\)字[0-9]{4}第[123]40[0-9]{4}号'
$$;

CREATE TABLE catalog.registration (
  registration_number text CONSTRAINT registration_pkey PRIMARY KEY,
  device_class smallint NOT NULL,
  origin text NOT NULL,
  product_name text NOT NULL,
  registrant text NOT NULL,
  organisation_id text,
  valid_from date,
  expire_date date,
  state text NOT NULL,
  state_reason text,
  state_date date,
  replaced_by text CONSTRAINT registration_replaced_by_fkey REFERENCES catalog.registration,
  as_told boolean NOT NULL,
  -- What the last change was.
  event text NOT NULL,
  effective_date date,
  reason text NOT NULL,
  proposer_id text NOT NULL,
  proposer_for_id text,
  approver_id text,
  approver_for_id text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT registration_class_check CHECK (device_class IS NOT DISTINCT FROM catalog.registration_class(registration_number)),
  CONSTRAINT registration_origin_check CHECK (origin = catalog.registration_origin(registration_number)),
  CONSTRAINT registration_product_name_check CHECK (char_length(product_name) BETWEEN 1 AND 200),
  CONSTRAINT registration_registrant_check CHECK (char_length(registrant) BETWEEN 1 AND 200),
  CONSTRAINT registration_organisation_id_check CHECK (organisation_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  CONSTRAINT registration_filing_check CHECK (registration_number !~ '械备' OR expire_date IS NULL),
  CONSTRAINT registration_expire_date_check CHECK (device_class = 1 OR expire_date IS NOT NULL),
  CONSTRAINT registration_period_check CHECK (expire_date BETWEEN valid_from AND (valid_from + interval '5 years')::date),
  CONSTRAINT registration_state_check CHECK (state IN ('proposed', 'valid', 'suspended', 'cancelled')),
  CONSTRAINT registration_state_date_check CHECK (
    (state IN ('suspended', 'cancelled')) = (state_date IS NOT NULL) AND (state_date IS NULL) = (state_reason IS NULL)),
  CONSTRAINT registration_replaced_by_check CHECK (replaced_by <> registration_number),
  CONSTRAINT registration_reason_check CHECK (char_length(reason) <= 500 AND char_length(state_reason) BETWEEN 1 AND 500),
  CONSTRAINT registration_same_person_check CHECK (
    approver_id <> proposer_id AND NOT scope.one_person_behind(approver_id, approver_for_id, proposer_id, proposer_for_id)),
  CONSTRAINT registration_version_check CHECK (version >= 1)
);
CREATE INDEX registration_expire_date ON catalog.registration (expire_date, registration_number);
SELECT journal.guard('catalog.registration');
GRANT SELECT, INSERT,
      UPDATE (product_name, registrant, organisation_id, valid_from, expire_date, state, state_reason, state_date, replaced_by, as_told,
              event, effective_date, reason, proposer_id, proposer_for_id, approver_id, approver_for_id, updated_at, version)
  ON catalog.registration TO qingqu_catalog;

-- Each version whole, from the instant updated_at. Written by the trigger alone, so none is missing.
CREATE TABLE catalog.registration_version (LIKE catalog.registration);
ALTER TABLE catalog.registration_version
  ADD CONSTRAINT registration_version_pkey PRIMARY KEY (registration_number, version),
  ADD CONSTRAINT registration_version_registration_fkey FOREIGN KEY (registration_number) REFERENCES catalog.registration;
GRANT SELECT ON catalog.registration_version TO qingqu_catalog;

-- Time never goes back from one version to the next, nor does their number.
CREATE FUNCTION catalog.next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := greatest(NEW.version, OLD.version + 1);
  NEW.updated_at := greatest(NEW.updated_at, OLD.updated_at);
  RETURN NEW;
END $$;
CREATE TRIGGER registration_next_version BEFORE UPDATE ON catalog.registration
  FOR EACH ROW EXECUTE FUNCTION catalog.next_version();

CREATE FUNCTION catalog.keep_registration_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO catalog.registration_version VALUES (NEW.*);
  RETURN NULL;
END $$;
CREATE TRIGGER registration_keep_version AFTER INSERT OR UPDATE ON catalog.registration
  FOR EACH ROW EXECUTE FUNCTION catalog.keep_registration_version();

-- A change that widens what may be bought waits here for another person; at most one for each registration.
CREATE TABLE catalog.registration_change (
  change_id text CONSTRAINT registration_change_pkey PRIMARY KEY,
  registration_number text NOT NULL CONSTRAINT registration_change_registration_fkey REFERENCES catalog.registration,
  product_name text NOT NULL,
  registrant text NOT NULL,
  organisation_id text,
  valid_from date,
  expire_date date,
  replaced_by text,
  resumes boolean NOT NULL,
  effective_date date,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'open',
  proposer_id text NOT NULL,
  proposer_for_id text DEFAULT scope.on_behalf_of(),
  proposed_at timestamptz NOT NULL,
  decider_id text,
  decider_for_id text,
  decided_at timestamptz,
  decision_reason text,
  CONSTRAINT registration_change_state_check CHECK (state IN ('open', 'approved', 'rejected')),
  CONSTRAINT registration_change_decider_check CHECK ((state = 'open') = (decider_id IS NULL)),
  CONSTRAINT registration_change_reason_check CHECK (char_length(reason) BETWEEN 1 AND 500),
  CONSTRAINT registration_change_same_person_check CHECK (
    state <> 'approved'
    OR (decider_id <> proposer_id AND NOT scope.one_person_behind(decider_id, decider_for_id, proposer_id, proposer_for_id)))
);
CREATE UNIQUE INDEX registration_change_open ON catalog.registration_change (registration_number) WHERE state = 'open';
SELECT journal.guard('catalog.registration_change');
GRANT SELECT, INSERT, UPDATE (state, decider_id, decider_for_id, decided_at, decision_reason) ON catalog.registration_change TO qingqu_catalog;

-- Items that were approved already tell their registrations; of several dates the earliest holds until somebody looks.
ALTER TABLE catalog.registration DISABLE TRIGGER journal_entry_required;
INSERT INTO catalog.registration (registration_number, device_class, origin, product_name, registrant, expire_date, state, as_told,
                                  event, reason, proposer_id, created_at, updated_at)
  SELECT DISTINCT ON (registration_number) registration_number, device_class, catalog.registration_origin(registration_number),
         display_name, manufacturer, registration_expire_date, 'valid', true, 'item.approved', '', proposer_id, created_at, updated_at
  FROM catalog.item
  WHERE approver_id IS NOT NULL
  ORDER BY registration_number, registration_expire_date, created_at;
ALTER TABLE catalog.registration ENABLE TRIGGER journal_entry_required;

-- What was approved has a registration of its class; what one person told of an item that nobody approved makes none. Nobody may delete a
-- registration or give it another number or class.
CREATE FUNCTION catalog.require_registration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM catalog.registration
                 WHERE registration_number = NEW.registration_number AND device_class = NEW.device_class) THEN
    RAISE EXCEPTION 'item % has no registration of its class', NEW.item_id
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'item_registration', TABLE = 'item', SCHEMA = 'catalog';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER item_registration AFTER INSERT OR UPDATE OF registration_number, device_class, approver_id ON catalog.item
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.approver_id IS NOT NULL) EXECUTE FUNCTION catalog.require_registration();

-- What other services may read. An item whose registration the authority suspended or cancelled shows as suspended: it is neither
-- bought nor handed out. Its expiry is the registration's, whatever the item was told with.
CREATE VIEW catalog_pub.registration AS
  SELECT registration_number, device_class::int AS device_class, origin, product_name, registrant, organisation_id, valid_from, expire_date,
         state, replaced_by
  FROM catalog.registration;
CREATE OR REPLACE VIEW catalog_pub.item AS
  SELECT item.item_id, item.display_name, item.specification, item.registration_number,
         CASE WHEN registration.registration_number IS NULL THEN item.registration_expire_date ELSE registration.expire_date END
           AS registration_expire_date,
         item.device_class::int AS device_class, item.national_code, item.base_unit, item.manufacturer, item.lot_tracked,
         item.serial_tracked, item.expiry_tracked, item.high_value,
         CASE WHEN item.state = 'approved' AND registration.state IN ('suspended', 'cancelled') THEN 'suspended' ELSE item.state END
           AS state
  FROM catalog.item AS item
  LEFT JOIN catalog.registration AS registration ON registration.registration_number = item.registration_number;
GRANT SELECT ON catalog_pub.registration TO qingqu_services;

-- Why an item may not be bought on a day, whoever buys it; no row: nothing speaks against it.
CREATE FUNCTION catalog.item_obstacles(p_item text, p_day date) RETURNS TABLE (reason text, resource text, detail text)
LANGUAGE sql STABLE AS $$
  WITH asked AS (
    SELECT item.item_id, item.state, item.registration_number, registration.state AS registration_state, registration.state_reason,
           registration.valid_from, registration.replaced_by, registration.state_date,
           CASE WHEN registration.registration_number IS NULL THEN item.registration_expire_date ELSE registration.expire_date END
             AS expire_date
    FROM catalog.item AS item
    LEFT JOIN catalog.registration AS registration ON registration.registration_number = item.registration_number
    WHERE item.item_id = p_item
  )
  SELECT 'ITEM_UNKNOWN', 'items/' || p_item, 'there is no such item; have it proposed and approved first'
  WHERE NOT EXISTS (SELECT FROM asked)
  UNION ALL
  SELECT 'ITEM_NOT_APPROVED', 'items/' || item_id, 'the item waits for its approval; have it approved first'
  FROM asked WHERE state IN ('draft', 'proposed')
  UNION ALL
  SELECT 'ITEM_SUSPENDED', 'items/' || item_id, 'the item is suspended; choose another, or have it reinstated'
  FROM asked WHERE state = 'suspended'
  UNION ALL
  SELECT 'ITEM_WITHDRAWN', 'items/' || item_id, 'the item left the catalogue for good; choose another'
  FROM asked WHERE state = 'withdrawn'
  UNION ALL
  SELECT 'REGISTRATION_NOT_APPROVED', 'registrations/' || registration_number, 'the registration waits for its approval; have it approved first'
  FROM asked WHERE registration_state = 'proposed'
  UNION ALL
  SELECT 'REGISTRATION_SUSPENDED', 'registrations/' || registration_number,
         'the authority suspended the registration on ' || state_date || ': ' || state_reason
  FROM asked WHERE registration_state = 'suspended'
  UNION ALL
  SELECT 'REGISTRATION_CANCELLED', 'registrations/' || registration_number,
         'the authority cancelled the registration on ' || state_date || ': ' || state_reason
  FROM asked WHERE registration_state = 'cancelled'
  UNION ALL
  SELECT 'REGISTRATION_NOT_YET_VALID', 'registrations/' || registration_number, 'the registration holds from ' || valid_from
  FROM asked WHERE p_day < valid_from
  UNION ALL
  SELECT 'REGISTRATION_EXPIRED', 'registrations/' || registration_number,
         'the registration held until ' || expire_date || coalesce('; registrations/' || replaced_by || ' took its place',
                                                                   '; record its renewal, if there is one')
  FROM asked WHERE p_day > expire_date
$$;
REVOKE EXECUTE ON FUNCTION catalog.item_obstacles(text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.item_obstacles(text, date) TO qingqu_catalog;
