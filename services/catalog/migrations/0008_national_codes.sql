-- National codes of consumables (医保27位码), the insurance bureau's releases by which they come and go, and the rules of buying what carries a
-- code that is gone.

CREATE TABLE catalog.code_release (
  release_number int GENERATED ALWAYS AS IDENTITY CONSTRAINT code_release_pkey PRIMARY KEY,
  release_id text NOT NULL CONSTRAINT code_release_id_key UNIQUE,
  effective_date date NOT NULL,
  specification_count bigint NOT NULL DEFAULT 0,
  withdrawal_count bigint NOT NULL DEFAULT 0,
  transcoding_count bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  -- That it counts no longer: what one person proposed and another one did.
  cancellation_proposer_id text,
  cancellation_proposer_for_id text,
  cancellation_reason text,
  cancellation_refusal text,
  canceller_id text,
  canceller_for_id text,
  cancelled_at timestamptz,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT code_release_id_check CHECK (release_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  CONSTRAINT code_release_counts_check CHECK (specification_count >= 0 AND withdrawal_count >= 0 AND transcoding_count >= 0),
  CONSTRAINT code_release_cancellation_check CHECK (
    (cancellation_proposer_id IS NULL) = (cancellation_reason IS NULL) AND (canceller_id IS NULL) = (cancelled_at IS NULL)
    AND (canceller_id IS NULL OR cancellation_proposer_id IS NOT NULL)),
  CONSTRAINT code_release_cancellation_reason_check CHECK (
    char_length(cancellation_reason) BETWEEN 1 AND 500 AND char_length(cancellation_refusal) BETWEEN 1 AND 500),
  CONSTRAINT code_release_cancellation_refusal_check CHECK (cancellation_refusal IS NULL OR cancellation_reason IS NULL),
  CONSTRAINT code_release_same_person_check CHECK (
    canceller_id <> cancellation_proposer_id
    AND NOT scope.one_person_behind(canceller_id, canceller_for_id, cancellation_proposer_id, cancellation_proposer_for_id)),
  CONSTRAINT code_release_version_check CHECK (version >= 1)
);
CREATE INDEX code_release_effective ON catalog.code_release (effective_date, release_number);
-- Few, or none: asked for each fact.
CREATE INDEX code_release_cancelled ON catalog.code_release (release_number) WHERE cancelled_at IS NOT NULL;
SELECT journal.guard('catalog.code_release');
GRANT SELECT, INSERT, UPDATE (specification_count, withdrawal_count, transcoding_count, updated_at, cancellation_proposer_id,
                              cancellation_proposer_for_id, cancellation_reason, cancellation_refusal, canceller_id, canceller_for_id,
                              cancelled_at, version)
  ON catalog.code_release TO qingqu_catalog;

-- What is cancelled stays so, and takes no more lists.
CREATE FUNCTION catalog.refuse_change_of_cancelled_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'release % is cancelled', OLD.release_id USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER code_release_cancelled BEFORE UPDATE ON catalog.code_release
  FOR EACH ROW WHEN (OLD.cancelled_at IS NOT NULL) EXECUTE FUNCTION catalog.refuse_change_of_cancelled_release();

-- What many codes have in common: kept once.
CREATE FUNCTION catalog.national_product_key(p_registration_number text, p_product_name text, p_manufacturer text, p_generic_name text)
RETURNS uuid LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT md5(p_registration_number || E'\x1f' || p_product_name || E'\x1f' || p_manufacturer || E'\x1f' || p_generic_name)::uuid
$$;
CREATE TABLE catalog.national_product (
  product_number int GENERATED ALWAYS AS IDENTITY CONSTRAINT national_product_pkey PRIMARY KEY,
  registration_number text NOT NULL,
  product_name text NOT NULL,
  manufacturer text NOT NULL,
  generic_name text NOT NULL,
  CONSTRAINT national_product_length_check CHECK (
    char_length(registration_number) <= 500 AND char_length(product_name) <= 500
    AND char_length(manufacturer) <= 300 AND char_length(generic_name) <= 300)
);
CREATE UNIQUE INDEX national_product_key ON catalog.national_product (
  catalog.national_product_key(registration_number, product_name, manufacturer, generic_name));
GRANT SELECT, INSERT ON catalog.national_product TO qingqu_catalog;

-- The codes that specification sheets name, as the last one describes each: 15 million rows. When its release is cancelled, the last description
-- that counts stands in national_code_past, or nowhere. Nobody may delete a product or a release, so that references to them are not checked row
-- by row.
CREATE TABLE catalog.national_code (
  code text COLLATE "C" CONSTRAINT national_code_pkey PRIMARY KEY,
  product_number int NOT NULL,
  release_number int NOT NULL,
  described_on date NOT NULL,
  specification text NOT NULL,
  model text NOT NULL,
  device_identifier text,
  original_code text COLLATE "C",
  CONSTRAINT national_code_check CHECK (code ~ '^C(0[1-9]|1[0-7])[0-9]{24}$'),
  CONSTRAINT national_code_original_check CHECK (original_code <> code AND original_code ~ '^C(0[1-9]|1[0-7])[0-9]{24}$'),
  CONSTRAINT national_code_length_check CHECK (
    char_length(specification) <= 1000 AND char_length(model) <= 1000 AND char_length(device_identifier) BETWEEN 1 AND 200)
);
GRANT SELECT, INSERT, UPDATE ON catalog.national_code TO qingqu_catalog;

-- How a code was described before, in the order of past_number.
CREATE TABLE catalog.national_code_past (
  past_number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT national_code_past_pkey PRIMARY KEY,
  code text COLLATE "C" NOT NULL,
  described_on date NOT NULL,
  product_number int NOT NULL,
  release_number int NOT NULL,
  specification text NOT NULL,
  model text NOT NULL,
  device_identifier text,
  original_code text COLLATE "C"
);
CREATE INDEX national_code_past_code ON catalog.national_code_past (code);
GRANT SELECT, INSERT ON catalog.national_code_past TO qingqu_catalog;

-- What happened to codes besides: facts. A code without a row that holds by then is in force since a sheet described it first.
CREATE TABLE catalog.national_code_change (
  code text COLLATE "C" NOT NULL,
  effective_date date NOT NULL,
  release_number int NOT NULL CONSTRAINT national_code_change_release_fkey REFERENCES catalog.code_release,
  state text NOT NULL,
  new_code text COLLATE "C",
  transcoding text,
  CONSTRAINT national_code_change_pkey PRIMARY KEY (code, effective_date, release_number, state),
  CONSTRAINT national_code_change_code_check CHECK (code ~ '^C(0[1-9]|1[0-7])[0-9]{24}$'),
  CONSTRAINT national_code_change_state_check CHECK (state IN ('current', 'withdrawn', 'transcoded')),
  CONSTRAINT national_code_change_new_code_check CHECK (
    CASE state WHEN 'transcoded' THEN new_code IS NOT NULL AND transcoding IS NOT NULL ELSE new_code IS NULL AND transcoding IS NULL END),
  CONSTRAINT national_code_change_other_code_check CHECK (new_code <> code AND new_code ~ '^C(0[1-9]|1[0-7])[0-9]{24}$'),
  CONSTRAINT national_code_change_transcoding_check CHECK (transcoding IN ('changed', 'mapped'))
);
GRANT SELECT, INSERT ON catalog.national_code_change TO qingqu_catalog;

-- Row by row the journal's guard would cost more than the rows of a release; catalog.class_revision notes the transaction.
CREATE TRIGGER national_code_changed AFTER INSERT OR UPDATE OR DELETE ON catalog.national_code
  FOR EACH STATEMENT EXECUTE FUNCTION catalog.note_class_change();
CREATE TRIGGER national_code_change_changed AFTER INSERT OR UPDATE OR DELETE ON catalog.national_code_change
  FOR EACH STATEMENT EXECUTE FUNCTION catalog.note_class_change();

-- Those that count: not of a release that was cancelled.
CREATE VIEW catalog.national_code_fact AS
  SELECT change.code, change.effective_date, change.release_number, change.state, change.new_code, change.transcoding
  FROM catalog.national_code_change AS change
  WHERE NOT EXISTS (SELECT FROM catalog.code_release AS release
                    WHERE release.release_number = change.release_number AND release.cancelled_at IS NOT NULL);
GRANT SELECT ON catalog.national_code_fact TO qingqu_catalog;

-- In which order what one release says of a code counts: a sheet first, then the withdrawal, then the new code.
CREATE FUNCTION catalog.code_change_rank(p_state text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE p_state WHEN 'current' THEN 1 WHEN 'withdrawn' THEN 2 ELSE 3 END
$$;

-- What became of a code until the end of a day; no row when it is as its sheet says. What was withdrawn stays so until a sheet brings it back,
-- whatever it is mapped onto meanwhile (new_code tells); a code that was changed into another is transcoded, withdrawn (withdrawn_by) or not.
CREATE FUNCTION catalog.code_change_at(p_code text, p_day date)
RETURNS TABLE (state text, effective_date date, new_code text, transcoding text, release_number int, withdrawn_by int) LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN stays.withdrawn THEN 'withdrawn' ELSE last.state END,
         CASE WHEN stays.withdrawn THEN withdrawn.effective_date ELSE last.effective_date END,
         last.new_code, last.transcoding,
         CASE WHEN stays.withdrawn THEN withdrawn.release_number ELSE last.release_number END, withdrawn.release_number
  FROM (
    SELECT coalesce(transcoded.state, last.state) AS state, coalesce(transcoded.effective_date, last.effective_date) AS effective_date,
           coalesce(transcoded.release_number, last.release_number) AS release_number, transcoded.new_code, transcoded.transcoding,
           back.effective_date AS back_date, back.release_number AS back_release, back.rank AS back_rank
    FROM (
      SELECT state, effective_date, release_number
      FROM catalog.national_code_fact
      WHERE code = p_code COLLATE "C" AND effective_date <= p_day
      ORDER BY effective_date DESC, release_number DESC, catalog.code_change_rank(state) DESC
      LIMIT 1
    ) AS last
    LEFT JOIN LATERAL (
      SELECT effective_date, release_number, catalog.code_change_rank(state) AS rank
      FROM catalog.national_code_fact
      WHERE code = p_code COLLATE "C" AND effective_date <= p_day AND state = 'current'
      ORDER BY effective_date DESC, release_number DESC
      LIMIT 1
    ) AS back ON true
    LEFT JOIN LATERAL (
      SELECT change.state, change.effective_date, change.release_number, change.new_code, change.transcoding
      FROM catalog.national_code_fact AS change
      WHERE change.code = p_code COLLATE "C" AND change.effective_date <= p_day AND change.state = 'transcoded'
        AND (back.rank IS NULL
             OR (change.effective_date, change.release_number, catalog.code_change_rank(change.state))
                > (back.effective_date, back.release_number, back.rank))
      ORDER BY change.effective_date DESC, change.release_number DESC
      LIMIT 1
    ) AS transcoded ON true
  ) AS last
  LEFT JOIN LATERAL (
    SELECT change.effective_date, change.release_number
    FROM catalog.national_code_fact AS change
    WHERE change.code = p_code COLLATE "C" AND change.effective_date <= p_day AND change.state = 'withdrawn'
      AND (last.back_rank IS NULL
           OR (change.effective_date, change.release_number, catalog.code_change_rank(change.state))
              > (last.back_date, last.back_release, last.back_rank))
    ORDER BY change.effective_date, change.release_number
    LIMIT 1
  ) AS withdrawn ON true
  CROSS JOIN LATERAL (
    SELECT withdrawn.release_number IS NOT NULL AND last.transcoding IS DISTINCT FROM 'changed' AS withdrawn
  ) AS stays
$$;

-- What buying does about codes that are gone. Rows are added, never changed: of those of a kind that have begun the last one counts, so that
-- an answer for a day that has passed stays what it was.
CREATE TABLE catalog.code_purchase_rule (
  kind text NOT NULL,
  version bigint NOT NULL,
  start_date date NOT NULL,
  action text NOT NULL,
  until_date date,
  reason text NOT NULL,
  setter_id text,
  setter_for_id text DEFAULT scope.on_behalf_of(),
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT code_purchase_rule_pkey PRIMARY KEY (kind, version),
  CONSTRAINT code_purchase_rule_kind_check CHECK (kind IN ('withdrawn', 'changed', 'mapped')),
  CONSTRAINT code_purchase_rule_version_check CHECK (version >= 1),
  CONSTRAINT code_purchase_rule_action_check CHECK (action IN ('refuse', 'warn', 'allow')),
  CONSTRAINT code_purchase_rule_until_check CHECK (until_date IS NULL OR action <> 'refuse' AND until_date >= start_date),
  CONSTRAINT code_purchase_rule_reason_check CHECK (char_length(reason) <= 500 AND (version = 1) = (setter_id IS NULL) AND (version = 1) = (reason = ''))
);
INSERT INTO catalog.code_purchase_rule (kind, version, start_date, action, reason)
  VALUES ('withdrawn', 1, '1900-01-01', 'refuse', ''), ('changed', 1, '1900-01-01', 'refuse', ''), ('mapped', 1, '1900-01-01', 'allow', '');
SELECT journal.guard('catalog.code_purchase_rule');
GRANT SELECT, INSERT ON catalog.code_purchase_rule TO qingqu_catalog;

CREATE FUNCTION catalog.code_action_at(p_kind text, p_day date) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN until_date < p_day THEN 'refuse' ELSE action END
  FROM catalog.code_purchase_rule
  WHERE kind = p_kind AND start_date <= p_day
  ORDER BY start_date DESC, version DESC
  LIMIT 1
$$;

-- What becomes of an item's code until the end of a day, when it is not in force, and what the rules say of buying the item on that day: where
-- several hold, the strictest.
CREATE FUNCTION catalog.item_code_at(p_item text, p_day date)
RETURNS TABLE (national_code text, state text, effective_date date, new_code text, transcoding text, release_number int, action text)
LANGUAGE sql STABLE AS $$
  SELECT item.national_code, change.state, change.effective_date, change.new_code, change.transcoding, change.release_number, rule.action
  FROM catalog.item AS item
  CROSS JOIN LATERAL catalog.code_change_at(item.national_code, p_day) AS change
  CROSS JOIN LATERAL (
    SELECT action
    FROM (VALUES (catalog.code_action_at(change.transcoding, p_day)),
                 (CASE WHEN change.withdrawn_by IS NOT NULL THEN catalog.code_action_at('withdrawn', p_day) END)) AS holding (action)
    WHERE action IS NOT NULL
    ORDER BY array_position(ARRAY['refuse', 'warn', 'allow'], action)
    LIMIT 1
  ) AS rule
  WHERE item.item_id = p_item AND change.state <> 'current'
$$;

-- Why an item cannot be bought on a day, as far as its code goes. What no release names stands in nobody's way: it need not be loaded.
CREATE FUNCTION catalog.code_obstacles(p_item text, p_day date)
RETURNS TABLE (reason text, resource text, detail text) LANGUAGE sql STABLE AS $$
  SELECT CASE found.state WHEN 'withdrawn' THEN 'CODE_WITHDRAWN' ELSE 'CODE_TRANSCODED' END,
         'items/' || p_item,
         'national code ' || found.national_code
         || CASE found.state WHEN 'withdrawn' THEN ' is withdrawn since ' ELSE ' is ' || found.new_code || ' since ' END
         || found.effective_date || ' by release ' || release.release_id
         || CASE WHEN found.state = 'withdrawn' AND found.new_code <> '' THEN '; it is counted under ' || found.new_code ELSE '' END
  FROM catalog.item_code_at(p_item, p_day) AS found
  JOIN catalog.code_release AS release USING (release_number)
  WHERE found.action = 'refuse'
$$;

-- The same where the rule only warns.
CREATE FUNCTION catalog.code_warnings(p_item text, p_day date)
RETURNS TABLE (reason text, resource text, detail text) LANGUAGE sql STABLE AS $$
  SELECT CASE found.state WHEN 'withdrawn' THEN 'CODE_WITHDRAWN' ELSE 'CODE_TRANSCODED' END,
         'items/' || p_item,
         'national code ' || found.national_code
         || CASE found.state WHEN 'withdrawn' THEN ' is withdrawn since ' ELSE ' is ' || found.new_code || ' since ' END
         || found.effective_date || ' by release ' || release.release_id
         || CASE WHEN found.state = 'withdrawn' AND found.new_code <> '' THEN '; it is counted under ' || found.new_code ELSE '' END
  FROM catalog.item_code_at(p_item, p_day) AS found
  JOIN catalog.code_release AS release USING (release_number)
  WHERE found.action = 'warn'
$$;

-- Staging, of all lists alike (common/db/import_session.h). The key tells rows apart that came in different batches.
CREATE UNLOGGED TABLE catalog.national_code_import_row (
  import_number bigint NOT NULL,
  code text COLLATE "C" NOT NULL,
  line bigint NOT NULL,
  new_code text COLLATE "C",
  transcoding text,
  original_code text COLLATE "C",
  device_identifier text,
  registration_number text,
  product_name text,
  manufacturer text,
  generic_name text,
  specification text,
  model text,
  CONSTRAINT national_code_import_row_pkey PRIMARY KEY (import_number, code)
);
GRANT SELECT, INSERT, DELETE ON catalog.national_code_import_row TO qingqu_catalog;

-- What other services may read: the items whose codes were withdrawn, transcoded or came back, and from which day.
CREATE VIEW catalog_pub.item_code_change AS
  SELECT item.item_id, item.national_code, change.effective_date, change.state, change.new_code COLLATE "default" AS new_code,
         change.transcoding, change.release_number
  FROM catalog.item AS item
  JOIN catalog.national_code_fact AS change ON change.code = item.national_code COLLATE "C";
GRANT SELECT ON catalog_pub.item_code_change TO qingqu_services;
