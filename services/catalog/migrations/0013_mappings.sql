-- Hospitals' own lists (对码): rows as they were sent, how far each local code has come, and which item it is when.

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA catalog;

CREATE TABLE catalog.local_code (
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  local_code text NOT NULL,
  row_version bigint NOT NULL,
  state text NOT NULL,
  -- What is proposed first, so that like ones stand together: the code of its class and its id; '~' when nothing was found.
  review_group text COLLATE "C" NOT NULL DEFAULT '~',
  score int NOT NULL DEFAULT 0,
  -- An array of {item, score, evidence, contradicted}, the best first.
  proposals jsonb NOT NULL DEFAULT '[]',
  -- Who decided last; NULL: nobody, or the platform.
  decider_id text,
  decider_for_id text,
  decided_at timestamptz,
  reason text NOT NULL DEFAULT '',
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT local_code_pkey PRIMARY KEY (institution_id, local_code),
  CONSTRAINT local_code_check CHECK (char_length(local_code) BETWEEN 1 AND 64 AND local_code !~ '[[:cntrl:]]'),
  CONSTRAINT local_code_state_check CHECK (state IN ('awaiting', 'review', 'mapped', 'not_in_catalogue', 'postponed')),
  CONSTRAINT local_code_decided_check CHECK (
    state NOT IN ('mapped', 'not_in_catalogue', 'postponed') OR decided_at IS NOT NULL),
  CONSTRAINT local_code_proposals_check CHECK (jsonb_typeof(proposals) = 'array' AND jsonb_array_length(proposals) <= 5),
  CONSTRAINT local_code_score_check CHECK (score BETWEEN 0 AND 10000),
  CONSTRAINT local_code_reason_check CHECK (char_length(reason) <= 500),
  CONSTRAINT local_code_version_check CHECK (row_version >= 0 AND version >= 1)
);
-- The queue, in the order in which people work on it, and what the platform has yet to compare.
CREATE INDEX local_code_queue ON catalog.local_code (institution_id, state, review_group, (-score), local_code);
CREATE INDEX local_code_awaiting ON catalog.local_code (institution_id, local_code) WHERE state = 'awaiting';
SELECT scope.protect('catalog.local_code', scope.institution_rule());
GRANT SELECT, INSERT, UPDATE (row_version, state, review_group, score, proposals, decider_id, decider_for_id, decided_at, reason, version)
  ON catalog.local_code TO qingqu_catalog;

-- Nothing of it is ever changed: another content is another version.
CREATE TABLE catalog.local_row (
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  local_code text NOT NULL,
  version bigint NOT NULL,
  display_name text NOT NULL,
  specification text NOT NULL,
  manufacturer text NOT NULL,
  registration_number text NOT NULL,
  insurance_code text NOT NULL,
  price bigint,
  unit text NOT NULL,
  unit_factor bigint,
  uploader_id text NOT NULL,
  uploaded_at timestamptz NOT NULL,
  CONSTRAINT local_row_pkey PRIMARY KEY (institution_id, local_code, version),
  CONSTRAINT local_row_code_fkey FOREIGN KEY (institution_id, local_code) REFERENCES catalog.local_code,
  CONSTRAINT local_row_text_check CHECK (
    char_length(display_name) <= 300 AND char_length(specification) <= 300 AND char_length(manufacturer) <= 300
    AND char_length(registration_number) <= 300 AND char_length(insurance_code) <= 300 AND char_length(unit) <= 40),
  CONSTRAINT local_row_price_check CHECK (price >= 0),
  CONSTRAINT local_row_unit_factor_check CHECK (unit_factor BETWEEN 1 AND 1000000000),
  CONSTRAINT local_row_version_check CHECK (version >= 1)
);
SELECT scope.protect('catalog.local_row', scope.institution_rule());
GRANT SELECT, INSERT ON catalog.local_row TO qingqu_catalog;

-- From valid_from until the day before valid_to; an empty period was taken back on the day on which it was decided.
CREATE TABLE catalog.mapping (
  mapping_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT mapping_pkey PRIMARY KEY,
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  local_code text NOT NULL,
  row_version bigint NOT NULL,
  item_id text NOT NULL CONSTRAINT mapping_item_fkey REFERENCES catalog.item,
  unit_factor bigint NOT NULL,
  valid_from date NOT NULL,
  valid_to date,
  score int NOT NULL,
  evidence text[] NOT NULL,
  -- NULL: the platform.
  decider_id text,
  decider_for_id text,
  decided_at timestamptz NOT NULL,
  ender_id text,
  ended_at timestamptz,
  end_reason text NOT NULL DEFAULT '',
  CONSTRAINT mapping_row_fkey FOREIGN KEY (institution_id, local_code, row_version) REFERENCES catalog.local_row,
  CONSTRAINT mapping_unit_factor_check CHECK (unit_factor BETWEEN 1 AND 1000000000),
  CONSTRAINT mapping_period_check CHECK (valid_to >= valid_from),
  CONSTRAINT mapping_score_check CHECK (score BETWEEN 0 AND 10000),
  CONSTRAINT mapping_end_check CHECK ((valid_to IS NULL) = (ended_at IS NULL) AND (ender_id IS NULL OR ended_at IS NOT NULL)),
  CONSTRAINT mapping_end_reason_check CHECK (char_length(end_reason) <= 500),
  CONSTRAINT mapping_one_item_at_a_time EXCLUDE USING gist (
    institution_id WITH =, local_code WITH =, daterange(valid_from, valid_to) WITH &&)
);
CREATE UNIQUE INDEX mapping_open ON catalog.mapping (institution_id, local_code) WHERE valid_to IS NULL;
CREATE INDEX mapping_in_order ON catalog.mapping (institution_id, local_code, mapping_id);
CREATE INDEX mapping_item ON catalog.mapping (item_id, institution_id, local_code) WHERE valid_to IS NULL;
SELECT scope.protect('catalog.mapping', scope.institution_rule());
GRANT SELECT, INSERT, UPDATE (valid_to, ender_id, ended_at, end_reason) ON catalog.mapping TO qingqu_catalog;

-- What has ended is history.
CREATE FUNCTION catalog.refuse_change_of_ended_mapping() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the mapping of % has ended', OLD.local_code USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER mapping_ended BEFORE UPDATE ON catalog.mapping
  FOR EACH ROW WHEN (OLD.valid_to IS NOT NULL) EXECUTE FUNCTION catalog.refuse_change_of_ended_mapping();

-- As with the class tree: one row for each transaction that changed something carries the journal's guard.
CREATE TABLE catalog.mapping_revision (
  transaction_id xid8 CONSTRAINT mapping_revision_pkey PRIMARY KEY,
  changed_at timestamptz NOT NULL DEFAULT now()
);
SELECT journal.guard('catalog.mapping_revision');
CREATE FUNCTION catalog.note_mapping_change() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO catalog.mapping_revision (transaction_id) VALUES (pg_current_xact_id()) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER local_code_changed AFTER INSERT OR UPDATE OR DELETE ON catalog.local_code
  FOR EACH STATEMENT EXECUTE FUNCTION catalog.note_mapping_change();
CREATE TRIGGER local_row_changed AFTER INSERT OR UPDATE OR DELETE ON catalog.local_row
  FOR EACH STATEMENT EXECUTE FUNCTION catalog.note_mapping_change();
CREATE TRIGGER mapping_changed AFTER INSERT OR UPDATE OR DELETE ON catalog.mapping
  FOR EACH STATEMENT EXECUTE FUNCTION catalog.note_mapping_change();

-- What other services may read, of what their caller sees: which item a local code is, and was.
CREATE VIEW catalog_pub.local_code AS
  SELECT mapping.institution_id, mapping.alliance_id, mapping.local_code, mapping.item_id, mapping.unit_factor, mapping.valid_from,
         mapping.valid_to, said.unit, said.display_name
  FROM catalog.mapping AS mapping
  JOIN catalog.local_row AS said ON said.institution_id = mapping.institution_id AND said.local_code = mapping.local_code
                                    AND said.version = mapping.row_version
  WHERE mapping.valid_to IS NULL OR mapping.valid_to > mapping.valid_from;
GRANT SELECT ON catalog_pub.local_code TO qingqu_services;
