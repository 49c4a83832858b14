-- Approved lists (准入目录) of the county, an alliance, an institution or a department: what their people may buy.
-- All days are the county's; end_date is the last day, and one before start_date says that it never held.

-- Used by the constraints of lists and prices that say "the same text, and days that overlap". It lies where procurement's
-- migrations would put it, so that a new database and an older one are alike.
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA procurement;

CREATE TABLE catalog.approved_list (
  list_id text CONSTRAINT approved_list_pkey PRIMARY KEY,
  display_name text NOT NULL,
  alliance_id text,
  institution_id text,
  department_id text,
  holder text NOT NULL GENERATED ALWAYS AS (CASE
    WHEN department_id IS NOT NULL THEN 'departments/' || department_id
    WHEN institution_id IS NOT NULL THEN 'institutions/' || institution_id
    WHEN alliance_id IS NOT NULL THEN 'alliances/' || alliance_id
    ELSE 'county' END) STORED,
  start_date date NOT NULL,
  end_date date,
  state text NOT NULL DEFAULT 'proposed',
  reason text NOT NULL,
  proposer_id text NOT NULL,
  proposer_for_id text DEFAULT scope.on_behalf_of(),
  approver_id text,
  approver_for_id text,
  created_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  decision_reason text NOT NULL DEFAULT '',
  CONSTRAINT approved_list_id_check CHECK (list_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  CONSTRAINT approved_list_display_name_check CHECK (char_length(display_name) BETWEEN 1 AND 200),
  CONSTRAINT approved_list_reason_check CHECK (char_length(reason) BETWEEN 1 AND 500),
  CONSTRAINT approved_list_holder_check CHECK (
    (institution_id IS NULL OR alliance_id IS NOT NULL) AND (department_id IS NULL OR institution_id IS NOT NULL)),
  CONSTRAINT approved_list_period_check CHECK (end_date >= start_date - 1),
  CONSTRAINT approved_list_state_check CHECK (state IN ('proposed', 'approved', 'withdrawn')),
  CONSTRAINT approved_list_approver_check CHECK ((state = 'proposed') = (approver_id IS NULL)),
  CONSTRAINT approved_list_decision_reason_check CHECK (
    char_length(decision_reason) <= 500 AND (state = 'withdrawn') = (decision_reason <> '')),
  -- What was refused or taken back never governs.
  CONSTRAINT approved_list_withdrawn_check CHECK (state <> 'withdrawn' OR coalesce(end_date < start_date, false)),
  CONSTRAINT approved_list_same_person_check CHECK (
    state = 'withdrawn' OR NOT scope.one_person_behind(approver_id, approver_for_id, proposer_id, proposer_for_id)),
  CONSTRAINT approved_list_version_check CHECK (version >= 1),
  -- A holder has one list at a time.
  CONSTRAINT approved_list_overlap_excl EXCLUDE USING gist (
    holder WITH =, daterange(start_date, end_date + 1, '[)') WITH &&) WHERE (state = 'approved')
);
CREATE INDEX approved_list_holder ON catalog.approved_list (holder) WHERE state = 'approved';
SELECT journal.guard('catalog.approved_list');
GRANT SELECT, INSERT, UPDATE (state, approver_id, approver_for_id, start_date, end_date, decision_reason, version) ON catalog.approved_list
  TO qingqu_catalog;

-- Whom a list no longer governs it does not govern again, for days that have passed least of all.
CREATE FUNCTION catalog.refuse_later_end() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.end_date IS NULL OR NEW.end_date > OLD.end_date THEN
    RAISE EXCEPTION 'the end of the list % is only moved earlier', OLD.list_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approved_list_ended BEFORE UPDATE OF end_date ON catalog.approved_list
  FOR EACH ROW WHEN (OLD.end_date IS NOT NULL) EXECUTE FUNCTION catalog.refuse_later_end();

-- What one person wants to put on a list, take off it, or that the list ends; another decides.
CREATE TABLE catalog.list_change (
  change_id text CONSTRAINT list_change_pkey PRIMARY KEY,
  list_id text NOT NULL CONSTRAINT list_change_list_fkey REFERENCES catalog.approved_list,
  start_date date NOT NULL,
  ends_list boolean NOT NULL,
  line_count int NOT NULL,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'proposed',
  proposer_id text NOT NULL,
  proposer_for_id text DEFAULT scope.on_behalf_of(),
  decider_id text,
  decider_for_id text,
  decision_reason text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  decided_at timestamptz,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT list_change_lines_check CHECK (line_count BETWEEN 0 AND 1000 AND ends_list = (line_count = 0)),
  CONSTRAINT list_change_reason_check CHECK (char_length(reason) BETWEEN 1 AND 500),
  CONSTRAINT list_change_decision_reason_check CHECK (char_length(decision_reason) <= 500),
  CONSTRAINT list_change_state_check CHECK (state IN ('proposed', 'approved', 'rejected', 'withdrawn')),
  CONSTRAINT list_change_decided_check CHECK (
    (state = 'proposed') = (decider_id IS NULL) AND (state = 'proposed') = (decided_at IS NULL)
    AND (state IN ('rejected', 'withdrawn')) = (decision_reason <> '')),
  CONSTRAINT list_change_same_person_check CHECK (
    state = 'withdrawn' OR NOT scope.one_person_behind(decider_id, decider_for_id, proposer_id, proposer_for_id))
);
CREATE INDEX list_change_newest ON catalog.list_change (list_id, created_at, change_id);
SELECT journal.guard('catalog.list_change');
GRANT SELECT, INSERT, UPDATE (state, start_date, decider_id, decider_for_id, decision_reason, decided_at, version) ON catalog.list_change
  TO qingqu_catalog;

CREATE TABLE catalog.list_change_line (
  change_id text NOT NULL CONSTRAINT list_change_line_change_fkey REFERENCES catalog.list_change,
  line_number int NOT NULL CONSTRAINT list_change_line_number_check CHECK (line_number BETWEEN 1 AND 1000),
  item_id text NOT NULL CONSTRAINT list_change_line_item_fkey REFERENCES catalog.item,
  adds boolean NOT NULL,
  CONSTRAINT list_change_line_pkey PRIMARY KEY (change_id, line_number),
  CONSTRAINT list_change_line_item_key UNIQUE (change_id, item_id)
);
GRANT SELECT, INSERT ON catalog.list_change_line TO qingqu_catalog;

-- What is or was on a list. A row is written once; taking the item off gives it its end, once.
CREATE TABLE catalog.approved_list_entry (
  list_id text NOT NULL CONSTRAINT approved_list_entry_list_fkey REFERENCES catalog.approved_list,
  item_id text NOT NULL CONSTRAINT approved_list_entry_item_fkey REFERENCES catalog.item,
  start_date date NOT NULL,
  end_date date,
  -- The change, the application or the merge of items that put it there, and what took it off.
  added_by text NOT NULL,
  removed_by text,
  CONSTRAINT approved_list_entry_pkey PRIMARY KEY (list_id, item_id, added_by, start_date),
  CONSTRAINT approved_list_entry_added_by_check CHECK (added_by ~ '^(listChanges|applications|itemMerges)/.'),
  CONSTRAINT approved_list_entry_removed_check CHECK ((end_date IS NULL) = (removed_by IS NULL)),
  CONSTRAINT approved_list_entry_period_check CHECK (end_date >= start_date - 1),
  CONSTRAINT approved_list_entry_overlap_excl EXCLUDE USING gist (
    item_id WITH =, list_id WITH =, daterange(start_date, end_date + 1, '[)') WITH &&)
);
CREATE INDEX approved_list_entry_item ON catalog.approved_list_entry (item_id, list_id, start_date);
SELECT journal.guard('catalog.approved_list_entry');
GRANT SELECT, INSERT, UPDATE (end_date, removed_by) ON catalog.approved_list_entry TO qingqu_catalog;

CREATE FUNCTION catalog.refuse_second_removal() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF OLD.removed_by IS NOT NULL THEN
    RAISE EXCEPTION 'the entry of % is closed', OLD.item_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER approved_list_entry_closed BEFORE UPDATE ON catalog.approved_list_entry
  FOR EACH ROW EXECUTE FUNCTION catalog.refuse_second_removal();

-- The county's list is seen by all but suppliers, an alliance's by its people, an institution's by its own and by those who see
-- the whole alliance, a department's besides by the department. Functions of the owner, which decide what may be bought, see all.
CREATE FUNCTION catalog.holder_rule() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT $rule$
  ((SELECT scope.sees_all()) OR CASE
     WHEN alliance_id IS NULL THEN (SELECT current_setting('qingqu.scope', true) IN ('department', 'institution', 'alliance'))
     WHEN institution_id IS NULL THEN alliance_id = (SELECT scope.own_alliance())
     ELSE institution_id = (SELECT scope.own_institution()) OR alliance_id = (SELECT scope.whole_alliance())
          OR coalesce(department_id = (SELECT scope.own_department()), false) END) $rule$ $$;
SELECT scope.protect('catalog.approved_list', catalog.holder_rule());
SELECT scope.protect(protected::regclass, 'list_id IN (SELECT list_id FROM catalog.approved_list)')
FROM unnest(ARRAY['catalog.list_change', 'catalog.approved_list_entry']) AS protected;
SELECT scope.protect('catalog.list_change_line', 'change_id IN (SELECT change_id FROM catalog.list_change)');
CREATE POLICY approved_list_published ON catalog.approved_list FOR SELECT TO qingqu_owner USING (true);
CREATE POLICY approved_list_entry_published ON catalog.approved_list_entry FOR SELECT TO qingqu_owner USING (true);
