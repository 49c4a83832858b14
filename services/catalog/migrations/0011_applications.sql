-- New-item applications (新品准入申请): that an item come on an approved list. Four steps, each by somebody else: department (1), pharmacy or
-- equipment (2), infection control (3), alliance (4). A refused or withdrawn one may be made again, as a new round that keeps the old.

CREATE TABLE catalog.application (
  application_id text CONSTRAINT application_pkey PRIMARY KEY
    CONSTRAINT application_id_check CHECK (application_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  list_id text NOT NULL CONSTRAINT application_list_fkey REFERENCES catalog.approved_list,
  item_id text NOT NULL CONSTRAINT application_item_fkey REFERENCES catalog.item,
  department_id text NOT NULL,
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  round int NOT NULL DEFAULT 1 CONSTRAINT application_round_check CHECK (round BETWEEN 1 AND 100),
  state text NOT NULL DEFAULT 'in_review'
    CONSTRAINT application_state_check CHECK (state IN ('in_review', 'approved', 'rejected', 'withdrawn')),
  step smallint NOT NULL DEFAULT 1 CONSTRAINT application_step_check CHECK (step BETWEEN 1 AND 4),
  due_date date NOT NULL,
  created_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1
);
COMMENT ON COLUMN catalog.application.step IS 'Of the present round: the step that waits, or the last one that was decided.';
COMMENT ON COLUMN catalog.application.due_date IS 'The last day on which that step is in time.';
-- A department asks for an item on a list once at a time.
CREATE UNIQUE INDEX application_pending_key ON catalog.application (list_id, item_id, department_id) WHERE state = 'in_review';
CREATE INDEX application_due ON catalog.application (state, step, due_date);
SELECT journal.guard('catalog.application');
GRANT SELECT, INSERT, UPDATE (round, state, step, due_date, version) ON catalog.application TO qingqu_catalog;

CREATE TABLE catalog.application_round (
  application_id text NOT NULL CONSTRAINT application_round_application_fkey REFERENCES catalog.application,
  round int NOT NULL,
  reason text NOT NULL CONSTRAINT application_round_reason_check CHECK (char_length(reason) BETWEEN 1 AND 2000),
  applicant_id text NOT NULL,
  applicant_for_id text DEFAULT scope.on_behalf_of(),
  submitted_at timestamptz NOT NULL,
  withdrawal_reason text NOT NULL DEFAULT ''
    CONSTRAINT application_round_withdrawal_reason_check CHECK (char_length(withdrawal_reason) <= 500),
  CONSTRAINT application_round_pkey PRIMARY KEY (application_id, round)
);
GRANT SELECT, INSERT, UPDATE (withdrawal_reason) ON catalog.application_round TO qingqu_catalog;

-- What was decided; written once.
CREATE TABLE catalog.application_step (
  application_id text NOT NULL,
  round int NOT NULL,
  step smallint NOT NULL CONSTRAINT application_step_number_check CHECK (step BETWEEN 1 AND 4),
  approves boolean NOT NULL,
  reason text NOT NULL CONSTRAINT application_step_reason_check CHECK (char_length(reason) <= 500 AND (approves OR reason <> '')),
  due_date date NOT NULL,
  decider_id text NOT NULL,
  decider_for_id text DEFAULT scope.on_behalf_of(),
  decided_at timestamptz NOT NULL,
  CONSTRAINT application_step_pkey PRIMARY KEY (application_id, round, step),
  CONSTRAINT application_step_round_fkey FOREIGN KEY (application_id, round)
    REFERENCES catalog.application_round (application_id, round)
);
GRANT SELECT, INSERT ON catalog.application_step TO qingqu_catalog;

-- Each step by somebody else, also not through a delegation, and in their order. Those who race wait for the application's row.
CREATE FUNCTION catalog.check_application_step() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF EXISTS (SELECT FROM catalog.application_round AS round
             WHERE round.application_id = NEW.application_id AND round.round = NEW.round
               AND scope.one_person_behind(NEW.decider_id, NEW.decider_for_id, round.applicant_id, round.applicant_for_id))
     OR EXISTS (SELECT FROM catalog.application_step AS other
                WHERE other.application_id = NEW.application_id AND other.round = NEW.round AND other.step <> NEW.step
                  AND scope.one_person_behind(NEW.decider_id, NEW.decider_for_id, other.decider_id, other.decider_for_id)) THEN
    RAISE EXCEPTION 'each step of application % is somebody else''s', NEW.application_id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.step <> 1 + (SELECT count(*) FROM catalog.application_step AS other
                      WHERE other.application_id = NEW.application_id AND other.round = NEW.round AND other.approves) THEN
    RAISE EXCEPTION 'step % of application % is not at hand', NEW.step, NEW.application_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER application_step_checked BEFORE INSERT ON catalog.application_step
  FOR EACH ROW EXECUTE FUNCTION catalog.check_application_step();

SELECT scope.protect('catalog.application', format('%s OR %s', scope.institution_rule(), scope.department_rule()));
SELECT scope.protect(protected::regclass, 'application_id IN (SELECT application_id FROM catalog.application)')
FROM unnest(ARRAY['catalog.application_round', 'catalog.application_step']) AS protected;
CREATE POLICY application_round_published ON catalog.application_round FOR SELECT TO qingqu_owner USING (true);
CREATE POLICY application_step_published ON catalog.application_step FOR SELECT TO qingqu_owner USING (true);

-- Whether a department may ask for something on a list: it is its own, its institution's or its alliance's, and has not ended. A ward does not
-- see the lists above its own; that it is governed by one it may know.
CREATE FUNCTION catalog.list_is_open_to(p_list text, p_alliance text, p_institution text, p_department text, p_day date)
RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT EXISTS (SELECT FROM catalog.approved_list
                 WHERE list_id = p_list AND (end_date IS NULL OR end_date >= greatest(p_day, start_date))
                   AND holder IN ('alliances/' || p_alliance, 'institutions/' || p_institution, 'departments/' || p_department))
$$;
REVOKE EXECUTE ON FUNCTION catalog.list_is_open_to(text, text, text, text, date) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION catalog.list_is_open_to(text, text, text, text, date) TO qingqu_catalog;
