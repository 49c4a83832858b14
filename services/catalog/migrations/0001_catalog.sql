-- Suppliers, items with their packs and device identifiers, and the national class tree.

-- GB 32100-2015: 17 characters weighted by powers of 3 modulo 31, and a check character that makes the sum divisible by 31.
CREATE FUNCTION catalog.is_credit_code(code text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$' AND sum(
    (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(code, place, 1)) - 1)
    * (ARRAY[1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1])[place]) % 31 = 0
  FROM generate_series(1, 18) AS place
$$;

-- A GTIN-14 with its check digit (GS1 General Specifications 7.9), or an MA code.
CREATE FUNCTION catalog.is_device_identifier(identifier text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT CASE
    WHEN identifier ~ '^[0-9]{14}$' THEN (
      SELECT sum(substr(identifier, place, 1)::int * CASE WHEN place % 2 = 1 THEN 3 ELSE 1 END) % 10 = 0
      FROM generate_series(1, 14) AS place)
    ELSE identifier ~ '^MA\.[0-9]' AND char_length(identifier) <= 100
  END
$$;

CREATE TABLE catalog.supplier (
  supplier_id text CONSTRAINT supplier_pkey PRIMARY KEY,
  display_name text NOT NULL,
  credit_code text NOT NULL CONSTRAINT supplier_credit_code_key UNIQUE,
  licence_number text NOT NULL,
  licence_class smallint NOT NULL,
  licence_expire_date date NOT NULL,
  state text NOT NULL,
  proposer_id text NOT NULL,
  approver_id text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT supplier_id_check CHECK (supplier_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  CONSTRAINT supplier_display_name_check CHECK (char_length(display_name) BETWEEN 1 AND 200),
  CONSTRAINT supplier_credit_code_check CHECK (catalog.is_credit_code(credit_code)),
  CONSTRAINT supplier_licence_check CHECK (
    licence_number ~ '械经营[许备][0-9]{8}号$'
    AND licence_class = CASE WHEN licence_number ~ '械经营许' THEN 3 ELSE 2 END),
  CONSTRAINT supplier_state_check CHECK (state IN ('proposed', 'approved', 'suspended')),
  CONSTRAINT supplier_approver_check CHECK ((state = 'proposed') = (approver_id IS NULL)),
  CONSTRAINT supplier_same_person_check CHECK (approver_id <> proposer_id),
  CONSTRAINT supplier_version_check CHECK (version >= 1)
);
SELECT journal.guard('catalog.supplier');
GRANT SELECT, INSERT, UPDATE (state, approver_id, updated_at, version) ON catalog.supplier TO qingqu_catalog;

-- In the catalogue's own lists a supplier sees itself only. What other services join (catalog_pub.supplier) is read by
-- the views' owner: that a supplier exists is no secret, and each service decides what it shows.
ALTER TABLE catalog.supplier ENABLE ROW LEVEL SECURITY;
ALTER TABLE catalog.supplier FORCE ROW LEVEL SECURITY;
CREATE POLICY supplier_scope ON catalog.supplier TO qingqu_catalog
  USING (current_setting('qingqu.scope', true) IN ('department', 'institution', 'alliance', 'county', 'system')
         OR supplier_id = (SELECT scope.supplier_id()));
CREATE POLICY supplier_published ON catalog.supplier FOR SELECT TO qingqu_owner USING (true);

CREATE TABLE catalog.item (
  item_id text CONSTRAINT item_pkey PRIMARY KEY,
  display_name text NOT NULL,
  specification text NOT NULL,
  registration_number text NOT NULL,
  registration_expire_date date,
  device_class smallint NOT NULL,
  national_code text NOT NULL,
  device_identifier text NOT NULL,
  base_unit text NOT NULL,
  pack_version bigint NOT NULL DEFAULT 1,
  manufacturer text NOT NULL,
  lot_tracked boolean NOT NULL,
  serial_tracked boolean NOT NULL,
  expiry_tracked boolean NOT NULL,
  high_value boolean NOT NULL,
  state text NOT NULL,
  proposer_id text NOT NULL,
  approver_id text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT item_id_check CHECK (item_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  CONSTRAINT item_display_name_check CHECK (char_length(display_name) BETWEEN 1 AND 200),
  CONSTRAINT item_specification_check CHECK (char_length(specification) <= 200),
  CONSTRAINT item_registration_number_check CHECK (char_length(registration_number) BETWEEN 1 AND 60),
  CONSTRAINT item_device_class_check CHECK (device_class BETWEEN 1 AND 3),
  CONSTRAINT item_filing_check CHECK (
    registration_number !~ '械备' OR device_class = 1 AND registration_expire_date IS NULL),
  CONSTRAINT item_registration_expire_date_check CHECK (device_class = 1 OR registration_expire_date IS NOT NULL),
  CONSTRAINT item_national_code_check CHECK (national_code ~ '^C(0[1-9]|1[0-7])[0-9]{24}$'),
  CONSTRAINT item_base_unit_check CHECK (char_length(base_unit) BETWEEN 1 AND 20),
  CONSTRAINT item_manufacturer_check CHECK (char_length(manufacturer) BETWEEN 1 AND 200),
  CONSTRAINT item_state_check CHECK (state IN ('proposed', 'approved', 'suspended')),
  CONSTRAINT item_approver_check CHECK ((state = 'proposed') = (approver_id IS NULL)),
  CONSTRAINT item_same_person_check CHECK (approver_id <> proposer_id),
  CONSTRAINT item_version_check CHECK (version >= 1 AND pack_version >= 1)
);
CREATE INDEX item_national_code ON catalog.item (national_code text_pattern_ops, item_id);
SELECT journal.guard('catalog.item');
GRANT SELECT, INSERT, UPDATE (state, approver_id, updated_at, version) ON catalog.item TO qingqu_catalog;

-- Which item each device identifier belongs to, of base units and packs alike: one identifier, one item, for ever.
CREATE TABLE catalog.device_identifier (
  device_identifier text CONSTRAINT device_identifier_pkey PRIMARY KEY,
  item_id text NOT NULL CONSTRAINT device_identifier_item_fkey REFERENCES catalog.item,
  CONSTRAINT device_identifier_item_key UNIQUE (item_id, device_identifier),
  CONSTRAINT device_identifier_check CHECK (catalog.is_device_identifier(device_identifier))
);
ALTER TABLE catalog.item ADD CONSTRAINT item_device_identifier_fkey FOREIGN KEY (item_id, device_identifier)
  REFERENCES catalog.device_identifier (item_id, device_identifier) DEFERRABLE INITIALLY DEFERRED;
GRANT SELECT, INSERT ON catalog.device_identifier TO qingqu_catalog;

-- A version's packs never change: the service's role cannot update them. item.pack_version says which version holds.
CREATE TABLE catalog.item_pack (
  item_id text NOT NULL CONSTRAINT item_pack_item_fkey REFERENCES catalog.item,
  version bigint NOT NULL,
  position smallint NOT NULL,
  device_identifier text NOT NULL,
  unit text NOT NULL,
  base_units bigint NOT NULL,
  CONSTRAINT item_pack_pkey PRIMARY KEY (item_id, version, position),
  CONSTRAINT item_pack_device_identifier_key UNIQUE (item_id, version, device_identifier),
  CONSTRAINT item_pack_device_identifier_fkey FOREIGN KEY (item_id, device_identifier)
    REFERENCES catalog.device_identifier (item_id, device_identifier),
  CONSTRAINT item_pack_version_check CHECK (version >= 1),
  CONSTRAINT item_pack_position_check CHECK (position BETWEEN 1 AND 10),
  CONSTRAINT item_pack_unit_check CHECK (char_length(unit) BETWEEN 1 AND 20),
  CONSTRAINT item_pack_base_units_check CHECK (base_units BETWEEN 2 AND 1000000)
);
GRANT SELECT, INSERT ON catalog.item_pack TO qingqu_catalog;

-- A pack joins only a version that is not in force: the first one while its item is only proposed, or a later one.
CREATE FUNCTION catalog.refuse_pack_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM catalog.item
             WHERE item_id = NEW.item_id AND state <> 'proposed' AND NEW.version <= pack_version) THEN
    RAISE EXCEPTION 'the packs of item % are approved', NEW.item_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER item_pack_in_force BEFORE INSERT OR UPDATE ON catalog.item_pack
  FOR EACH ROW EXECUTE FUNCTION catalog.refuse_pack_in_force();

-- The national class tree: level 1 discipline (C03), 2 use (C0305), 3 site or function (C030501), 4 generic name
-- (C030501079), 5 material (C03050107901), 6 feature (C03050107901001).
CREATE TABLE catalog.class (
  level smallint NOT NULL,
  code text COLLATE "C" NOT NULL,
  display_name text NOT NULL,
  monitored_group text NOT NULL,
  CONSTRAINT class_pkey PRIMARY KEY (level, code),
  CONSTRAINT class_code_check CHECK (
    code ~ '^C[0-9]+$' AND octet_length(code) = (ARRAY[3, 5, 7, 10, 12, 15])[level]),
  CONSTRAINT class_display_name_check CHECK (char_length(display_name) BETWEEN 1 AND 200),
  CONSTRAINT class_monitored_group_check CHECK (
    monitored_group = '' OR level = 6 AND char_length(monitored_group) <= 200)
);
GRANT SELECT, INSERT, UPDATE ON catalog.class TO qingqu_catalog;

-- One row for each transaction that changed the tree carries the journal's guard, which row by row would cost more than
-- the rows themselves.
CREATE TABLE catalog.class_revision (
  transaction_id xid8 CONSTRAINT class_revision_pkey PRIMARY KEY,
  changed_at timestamptz NOT NULL DEFAULT now()
);
SELECT journal.guard('catalog.class_revision');

CREATE FUNCTION catalog.note_class_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO catalog.class_revision (transaction_id) VALUES (pg_current_xact_id()) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER class_changed AFTER INSERT OR UPDATE OR DELETE ON catalog.class
  FOR EACH STATEMENT EXECUTE FUNCTION catalog.note_class_change();

-- Imports of the tree: the books, and what is staged until the end (common/db/import_session.h).
SELECT journal.make_import_tables('catalog');

-- No index: each code is staged once because its batch was compared, under the import's lock, with those before it.
CREATE UNLOGGED TABLE catalog.class_import_row (
  import_number bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  line bigint NOT NULL,
  display_name text NOT NULL,
  monitored_group text NOT NULL
);
CREATE UNLOGGED TABLE catalog.class_import_node (
  import_number bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  line bigint NOT NULL,
  display_name text NOT NULL,
  CONSTRAINT class_import_node_pkey PRIMARY KEY (import_number, code)
);
GRANT SELECT, INSERT, DELETE ON catalog.class_import_row, catalog.class_import_node TO qingqu_catalog;

-- What other services may read.
CREATE VIEW catalog_pub.supplier AS
  SELECT supplier_id, display_name, credit_code, state, licence_class::int AS licence_class, licence_expire_date
  FROM catalog.supplier;
CREATE VIEW catalog_pub.item AS
  SELECT item_id, display_name, specification, registration_number, registration_expire_date,
         device_class::int AS device_class, national_code, base_unit, manufacturer, lot_tracked, serial_tracked,
         expiry_tracked, high_value, state
  FROM catalog.item;
CREATE VIEW catalog_pub.device_identifier AS
  SELECT identifier.device_identifier, identifier.item_id, coalesce(pack.base_units, 1) AS base_units,
         coalesce(pack.unit, item.base_unit) AS unit
  FROM catalog.device_identifier AS identifier
  JOIN catalog.item AS item ON item.item_id = identifier.item_id
  LEFT JOIN catalog.item_pack AS pack
    ON pack.item_id = identifier.item_id AND pack.version = item.pack_version
       AND pack.device_identifier = identifier.device_identifier
  WHERE pack.item_id IS NOT NULL OR identifier.device_identifier = item.device_identifier;
CREATE VIEW catalog_pub.class AS
  SELECT level::int AS level, code COLLATE "default" AS code, display_name, monitored_group FROM catalog.class;
GRANT SELECT ON catalog_pub.supplier, catalog_pub.item, catalog_pub.device_identifier, catalog_pub.class
  TO qingqu_services;
