-- Who sees what (schema scope), and the journal. Runs as qingqu_owner, who owns everything and cannot log in.

CREATE SCHEMA scope;
GRANT USAGE ON SCHEMA scope TO PUBLIC;

-- The caller's settings are written by the connection pool at the start of each call. Without them nothing is visible.
CREATE FUNCTION scope.sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('qingqu.scope', true) IN ('county', 'system'), false) $$;

CREATE FUNCTION scope.institution_id() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('qingqu.institution', true), '') $$;

CREATE FUNCTION scope.alliance_id() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('qingqu.alliance', true), '') $$;

CREATE FUNCTION scope.supplier_id() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('qingqu.supplier', true), '') $$;

-- The alliance whose doings as one buyer the caller sees: its operators and officers, and anyone of its institutions.
CREATE FUNCTION scope.own_alliance() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN current_setting('qingqu.scope', true) IN ('alliance', 'institution') THEN scope.alliance_id() END $$;

-- The alliance of whose institutions the caller sees everything.
CREATE FUNCTION scope.whole_alliance() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE current_setting('qingqu.scope', true) WHEN 'alliance' THEN scope.alliance_id() END $$;

-- The one institution that the caller sees.
CREATE FUNCTION scope.own_institution() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE current_setting('qingqu.scope', true) WHEN 'institution' THEN scope.institution_id() END $$;

-- The one department that the caller sees: with this scope nothing else, neither its institution's nor its alliance's. NULL only
-- with another scope: a caller of no department sees none.
CREATE FUNCTION scope.own_department() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT CASE current_setting('qingqu.scope', true) WHEN 'department' THEN coalesce(current_setting('qingqu.department', true), '') END $$;

-- The rules of row-level security, as the text of a condition on columns. Each setting is a subquery, so that it is read once
-- a statement and not once a row: on a document of 5,000 lines that is half of its time.

-- What an alliance does as one buyer.
CREATE FUNCTION scope.alliance_rule(p_alliance text DEFAULT 'alliance_id') RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT format('((SELECT scope.sees_all()) OR %I = (SELECT scope.own_alliance()))', p_alliance) $$;

-- What belongs to one institution, given with the alliance that the institution is a member of.
CREATE FUNCTION scope.institution_rule(p_institution text DEFAULT 'institution_id', p_alliance text DEFAULT 'alliance_id')
RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT format('((SELECT scope.sees_all()) OR %I = (SELECT scope.own_institution()) OR %I = (SELECT scope.whole_alliance()))',
                 p_institution, p_alliance) $$;

-- What belongs to one institution or, where there is none, to the whole alliance: its central store.
CREATE FUNCTION scope.holder_rule(p_institution text DEFAULT 'institution_id', p_alliance text DEFAULT 'alliance_id')
RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT format('((SELECT scope.sees_all()) OR CASE WHEN %1$I IS NULL THEN %2$I = (SELECT scope.own_alliance())
                     ELSE %1$I = (SELECT scope.own_institution()) OR %2$I = (SELECT scope.whole_alliance()) END)',
                 p_institution, p_alliance) $$;

-- What is a department's, besides what the other rules let through.
CREATE FUNCTION scope.department_rule(p_department text DEFAULT 'department_id') RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT format('%I = (SELECT scope.own_department())', p_department) $$;

-- What concerns one supplier.
CREATE FUNCTION scope.supplier_rule(p_supplier text DEFAULT 'supplier_id') RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT format('%I = (SELECT scope.supplier_id())', p_supplier) $$;

-- Rows of the table are seen and written by those for whom the rule holds, whoever owns the table.
CREATE FUNCTION scope.protect(p_table regclass, p_rule text) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', p_table);
  EXECUTE format('CREATE POLICY %I ON %s USING (%s)', (SELECT relname FROM pg_class WHERE oid = p_table) || '_scope', p_table, p_rule);
END $$;
REVOKE EXECUTE ON FUNCTION scope.protect(regclass, text) FROM PUBLIC;

-- The same rules for a single row.
CREATE FUNCTION scope.sees_alliance(alliance_id text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(scope.sees_all() OR alliance_id = scope.own_alliance(), false) $$;

CREATE FUNCTION scope.sees_institution(institution_id text, alliance_id text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(scope.sees_all() OR institution_id = scope.own_institution() OR alliance_id = scope.whole_alliance(), false) $$;

CREATE FUNCTION scope.sees_department(department_id text, institution_id text, alliance_id text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(department_id = scope.own_department(), false) OR scope.sees_institution(institution_id, alliance_id) $$;

-- Whom the caller stands in for; the default of columns that remember it.
CREATE FUNCTION scope.on_behalf_of() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('qingqu.on_behalf_of', true), '') $$;

-- Whether one person stands behind two acts, given who did each, and for whom (common/auth/principal.h, ShareAPerson).
CREATE FUNCTION scope.one_person_behind(p_user text, p_for text, p_other_user text, p_other_for text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce(p_user IN (p_other_user, p_other_for), false) OR coalesce(p_for IN (p_other_user, p_other_for), false) $$;

CREATE SCHEMA journal;
GRANT USAGE ON SCHEMA journal TO PUBLIC;

-- Sealing into a Merkle log (RFC 6962) will hash the columns of each entry into tables of its own schema; nothing here changes for it.
CREATE TABLE journal.entry (
  sequence bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT entry_pkey PRIMARY KEY,
  transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  event text NOT NULL CONSTRAINT entry_event_check CHECK (event ~ '^[a-z_]+\.[a-z_]+$'),
  method text NOT NULL,
  resource text NOT NULL,
  subjects text[] NOT NULL,
  actor_user_id text NOT NULL,
  actor_institution_id text,
  actor_roles text[] NOT NULL,
  client text NOT NULL,
  request_id text,
  reason text,
  institution_id text,
  alliance_id text,
  supplier_id text,
  details jsonb NOT NULL,
  restricted jsonb NOT NULL,
  restricted_salt bytea
);
COMMENT ON COLUMN journal.entry.institution_id IS 'Whom the entry concerns, with alliance_id and supplier_id: decides who may read it.';
COMMENT ON COLUMN journal.entry.restricted IS 'What tells of patients or doctors.';
COMMENT ON COLUMN journal.entry.restricted_salt IS 'Random; only where restricted or a subject tells of patients or doctors.';

CREATE INDEX entry_position ON journal.entry (transaction_id, sequence);
-- Its pending list is merged in the background (0004_journal_sealing.sql), because whoever fills it up would wait for the merging.
CREATE INDEX entry_subjects ON journal.entry USING gin (subjects) WITH (gin_pending_list_limit = 8192);
CREATE INDEX entry_actor ON journal.entry (actor_user_id, transaction_id, sequence);
CREATE INDEX entry_event ON journal.entry (event, transaction_id, sequence);
CREATE INDEX entry_resource ON journal.entry (resource, transaction_id, sequence);

-- The events that a follower waits for; only these wake followers up, because NOTIFY serialises commits.
CREATE TABLE journal.wake_up (
  event text CONSTRAINT wake_up_pkey PRIMARY KEY
);

CREATE FUNCTION journal.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the journal is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON journal.entry
  FOR EACH ROW EXECUTE FUNCTION journal.refuse_change();
CREATE TRIGGER entry_no_truncate BEFORE TRUNCATE ON journal.entry
  FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse_change();

-- Without it what tells of patients could be guessed from the commitment in an entry's leaf.
CREATE FUNCTION journal.new_salt() RETURNS bytea LANGUAGE sql VOLATILE SET search_path = pg_catalog AS
$$ SELECT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) $$;
REVOKE EXECUTE ON FUNCTION journal.new_salt() FROM PUBLIC;

-- Who did it is read from the session's settings, not from the arguments. Whoever acts by a delegation (授权代理) is named together
-- with whom they stand in for: in the entry's details, and among its subjects.
CREATE FUNCTION journal.append(
  p_event text, p_method text, p_request_id text, p_resource text, p_subjects text[],
  p_institution_id text, p_alliance_id text, p_supplier_id text, p_reason text, p_details jsonb, p_restricted jsonb
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  v_sequence bigint;
  v_holder text := nullif(current_setting('qingqu.on_behalf_of', true), '');
  v_subjects text[] := p_subjects;
  v_details jsonb := p_details;
BEGIN
  IF v_holder IS NOT NULL THEN
    v_subjects := ARRAY(SELECT DISTINCT subject COLLATE "C" FROM unnest(p_subjects || ('users/' || v_holder)) AS subject ORDER BY 1);
    v_details := p_details || jsonb_build_object('on_behalf_of', 'users/' || v_holder,
                                                 'delegation', 'delegations/' || current_setting('qingqu.delegation'));
  END IF;
  INSERT INTO journal.entry (event, method, resource, subjects, actor_user_id, actor_institution_id, actor_roles,
                             client, request_id, reason, institution_id, alliance_id, supplier_id, details, restricted,
                             restricted_salt)
  VALUES (p_event, p_method, p_resource, v_subjects, coalesce(nullif(current_setting('qingqu.user', true), ''), 'system'),
          nullif(current_setting('qingqu.institution', true), ''),
          coalesce(nullif(current_setting('qingqu.roles', true), ''), '{}')::text[],
          coalesce(nullif(current_setting('qingqu.client', true), ''), 'system'),
          nullif(p_request_id, ''), nullif(p_reason, ''), nullif(p_institution_id, ''), nullif(p_alliance_id, ''),
          nullif(p_supplier_id, ''), v_details, p_restricted,
          CASE WHEN p_restricted <> '{}' OR array_to_string(p_subjects, E'\n') ~ '(^|\n)(patients|doctors)/'
            THEN journal.new_salt() END)
  RETURNING sequence INTO v_sequence;
  IF EXISTS (SELECT FROM journal.wake_up WHERE event = p_event) THEN
    PERFORM pg_notify('journal', p_event);
  END IF;
  RETURN v_sequence;
END $$;

-- A deferred trigger with this function refuses to commit a change without an entry in the same transaction.
CREATE FUNCTION journal.require_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM journal.entry WHERE transaction_id = pg_current_xact_id()) THEN
    RAISE EXCEPTION 'a change of %.% has no journal entry in its transaction', TG_TABLE_SCHEMA, TG_TABLE_NAME
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION journal.guard(p_table regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE CONSTRAINT TRIGGER journal_entry_required AFTER INSERT OR UPDATE OR DELETE ON %s
                  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journal.require_entry()', p_table);
END $$;
REVOKE EXECUTE ON FUNCTION journal.guard(regclass) FROM PUBLIC;

-- All entries below this transaction id are visible now, and no more will come below it.
CREATE FUNCTION journal.horizon() RETURNS xid8 LANGUAGE sql VOLATILE AS
$$ SELECT pg_snapshot_xmin(pg_current_snapshot()) $$;

-- In commit-safe order: an entry with a smaller position can never appear later, as long as p_before came from
-- journal.horizon() in an earlier statement.
CREATE FUNCTION journal.read_after(p_transaction_id xid8, p_sequence bigint, p_before xid8, p_events text[], p_limit int)
RETURNS SETOF journal.entry LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT * FROM journal.entry
  WHERE (transaction_id, sequence) > (p_transaction_id, p_sequence) AND transaction_id < p_before
    AND event = ANY (p_events)
  ORDER BY transaction_id, sequence
  LIMIT p_limit
$$;

CREATE FUNCTION journal.wake_on(p_events text[]) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  INSERT INTO journal.wake_up (event) SELECT unnest(p_events) ON CONFLICT DO NOTHING
$$;

-- Each service's schema begins with the same two tables.
CREATE FUNCTION journal.make_service_schema(p_area text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE SCHEMA %1$I', p_area);
  EXECUTE format('CREATE SCHEMA %I', p_area || '_pub');
  EXECUTE format('CREATE TABLE %1$I.idempotency (
    request_id text NOT NULL,
    principal text NOT NULL,
    method text NOT NULL,
    request_hash text NOT NULL,
    response bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_pkey PRIMARY KEY (request_id, principal))', p_area);
  -- Old responses are removed (common/db/response_purge.h).
  EXECUTE format('CREATE INDEX idempotency_created_at ON %1$I.idempotency (created_at)', p_area);
  EXECUTE format('CREATE TABLE %1$I.journal_cursor (
    consumer text CONSTRAINT journal_cursor_pkey PRIMARY KEY,
    transaction_id xid8 NOT NULL,
    sequence bigint NOT NULL)', p_area);
  EXECUTE format('GRANT USAGE ON SCHEMA %1$I TO %2$I', p_area, 'qingqu_' || p_area);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %1$I.idempotency, %1$I.journal_cursor TO %2$I', p_area, 'qingqu_' || p_area);
  EXECUTE format('GRANT DELETE ON %1$I.idempotency TO %2$I', p_area, 'qingqu_' || p_area);
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO qingqu_services', p_area || '_pub');
END $$;
REVOKE EXECUTE ON FUNCTION journal.make_service_schema(text) FROM PUBLIC;

SELECT journal.make_service_schema(area)
FROM unnest(ARRAY['identity', 'catalog', 'procurement', 'distribution', 'usage', 'supervision']) AS area;

-- The journal itself is read by supervision alone, and only what concerns the caller: the condition, as in schema scope. What
-- concerns one department names it among its subjects, and is of its institution or moved its goods: what a central store sent,
-- or got back, is the store's. The subjects of a question are whatever was asked for, by anybody, so of these a department sees
-- what its own people asked themselves.
CREATE FUNCTION journal.entry_rule() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $rule$
  ((SELECT scope.sees_all()) OR supplier_id = (SELECT scope.supplier_id())
   OR CASE WHEN (SELECT scope.own_department()) IS NULL THEN institution_id = (SELECT scope.institution_id())
           ELSE 'departments/' || (SELECT scope.own_department()) = ANY (subjects)
                AND (institution_id = (SELECT scope.institution_id()) OR event LIKE 'transfer.%')
                AND (event NOT LIKE 'question.%' OR actor_user_id = (SELECT current_setting('qingqu.user', true)))
      END) $rule$ $$;
REVOKE EXECUTE ON FUNCTION journal.entry_rule() FROM PUBLIC;

-- The view is for the queries of supervision. Behind a policy PostgreSQL would not use the index on subjects, because the
-- operators of arrays are not leakproof; the view belongs to the table's owner, whom no policy binds.
ALTER TABLE journal.entry ENABLE ROW LEVEL SECURITY;
DO $$
BEGIN
  EXECUTE 'CREATE POLICY entry_scope ON journal.entry FOR SELECT TO qingqu_supervision USING ' || journal.entry_rule();
  EXECUTE 'CREATE VIEW journal.visible_entry AS SELECT * FROM journal.entry WHERE ' || journal.entry_rule();
END $$;
GRANT SELECT ON journal.entry, journal.visible_entry TO qingqu_supervision;
