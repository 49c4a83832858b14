-- Items: more of what is known of them, a life before and after approval, and each version kept whole.

-- Whether goods have to be kept cold all the way: nowhere above 10 ℃, by the figures or by the words, of which either suffices. 阴凉 (to 20 ℃) is
-- none; what must not be refrigerated or frozen does not say that it must.
CREATE FUNCTION catalog.needs_cold_chain(p_celsius_max smallint, p_conditions text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_celsius_max <= 10 THEN true WHEN p_conditions = '' THEN false ELSE (
    SELECT regexp_replace(words,
             '(不得|不可|不能|不宜|不要|不需|不必|不应|勿|避免|禁止|严禁|禁|无需|无须|防止|防|忌)(在|于|放入|置于|存于)?(冷藏|冷冻)((或|和|及|与|、|/)(冷藏|冷冻))*',
             '', 'g') ~ '冷藏|冷冻|冷链|冷处|深冻|干冰'
      -- Of a range the upper end counts; a lower end alone says nothing.
      OR regexp_replace(regexp_replace(words, '-?[0-9.]+(°C|摄氏度|度)?[-~–—至到](?=-?[0-9])', '', 'g'),
                        '(不低于|高于|大于|[≥>]=?)-?[0-9.]+(°C|摄氏度|度)|-?[0-9.]+(°C|摄氏度|度)以上', '', 'g')
         ~ '(^|[^0-9.])(-[0-9.]+|10(\.0+)?|[0-9](\.[0-9]+)?)(°C|摄氏度|度)'
    FROM regexp_replace(normalize(p_conditions, NFKC), '\s', '', 'g') AS words) END
$$;

ALTER TABLE catalog.item
  ADD COLUMN model text NOT NULL DEFAULT '',
  ADD COLUMN storage_conditions text NOT NULL DEFAULT '',
  ADD COLUMN storage_celsius_min smallint,
  ADD COLUMN storage_celsius_max smallint,
  -- Follows from how it is stored; reckoned at each write, for the purchase check.
  ADD COLUMN needs_cold_chain boolean NOT NULL DEFAULT false,
  ADD COLUMN sterile boolean NOT NULL DEFAULT false,
  ADD COLUMN single_use boolean NOT NULL DEFAULT false,
  ADD COLUMN implant boolean NOT NULL DEFAULT false,
  ADD COLUMN procurement_group text NOT NULL DEFAULT '',
  ADD COLUMN charge_code text NOT NULL DEFAULT '',
  -- From which state it was withdrawn: what was suspended then, or is since, is not handed out for that it was withdrawn.
  ADD COLUMN withdrawn_state text,
  -- What was done last, why, by whom and for whom, and by which change.
  ADD COLUMN event text NOT NULL DEFAULT 'item.proposed',
  ADD COLUMN reason text NOT NULL DEFAULT '',
  ADD COLUMN change_id text,
  ADD COLUMN changed_by_id text,
  ADD COLUMN changed_for_id text,
  ADD CONSTRAINT item_model_check CHECK (char_length(model) <= 200),
  ADD CONSTRAINT item_storage_conditions_check CHECK (char_length(storage_conditions) <= 200),
  ADD CONSTRAINT item_storage_celsius_check CHECK (
    storage_celsius_min BETWEEN -200 AND 100 AND storage_celsius_max BETWEEN -200 AND 100 AND storage_celsius_min <= storage_celsius_max),
  ADD CONSTRAINT item_procurement_group_check CHECK (char_length(procurement_group) <= 100),
  ADD CONSTRAINT item_charge_code_check CHECK (charge_code ~ '^[!-~]{0,50}$'),
  ADD CONSTRAINT item_reason_check CHECK (char_length(reason) <= 500),
  ADD CONSTRAINT item_withdrawn_check CHECK (
    (state = 'withdrawn') = (withdrawn_state IS NOT NULL) AND withdrawn_state IN ('draft', 'proposed', 'approved', 'suspended')),
  DROP CONSTRAINT item_state_check,
  ADD CONSTRAINT item_state_check CHECK (state IN ('draft', 'proposed', 'approved', 'suspended', 'withdrawn')),
  DROP CONSTRAINT item_approver_check,
  ADD CONSTRAINT item_approver_check CHECK (
    (coalesce(withdrawn_state, state) IN ('draft', 'proposed')) = (approver_id IS NULL));
-- Not the device identifier and the base unit: stock is counted in it.
GRANT UPDATE (display_name, specification, registration_number, registration_expire_date, device_class, national_code, pack_version,
              manufacturer, lot_tracked, serial_tracked, expiry_tracked, high_value, model, storage_conditions, storage_celsius_min,
              storage_celsius_max, sterile, single_use, implant, procurement_group, charge_code, withdrawn_state, event, reason, change_id)
  ON catalog.item TO qingqu_catalog;

-- What somebody proposed of an item in force, whole, until another person decides; at most one for each item.
CREATE TABLE catalog.item_change (
  change_id text CONSTRAINT item_change_pkey PRIMARY KEY,
  item_id text NOT NULL CONSTRAINT item_change_item_fkey REFERENCES catalog.item,
  content jsonb NOT NULL,
  update_mask text[] NOT NULL,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'open',
  proposer_id text NOT NULL,
  proposer_for_id text DEFAULT scope.on_behalf_of(),
  proposed_at timestamptz NOT NULL,
  decider_id text,
  decider_for_id text,
  decided_at timestamptz,
  decision_reason text NOT NULL DEFAULT '',
  CONSTRAINT item_change_state_check CHECK (state IN ('open', 'approved', 'rejected', 'withdrawn')),
  CONSTRAINT item_change_decider_check CHECK ((state = 'open') = (decider_id IS NULL) AND (state = 'open') = (decided_at IS NULL)),
  CONSTRAINT item_change_reason_check CHECK (char_length(reason) BETWEEN 1 AND 500 AND char_length(decision_reason) <= 500),
  CONSTRAINT item_change_update_mask_check CHECK (cardinality(update_mask) BETWEEN 1 AND 50),
  CONSTRAINT item_change_same_person_check CHECK (
    state <> 'approved'
    OR (decider_id <> proposer_id AND NOT scope.one_person_behind(decider_id, decider_for_id, proposer_id, proposer_for_id)))
);
CREATE UNIQUE INDEX item_change_open ON catalog.item_change (item_id) WHERE state = 'open';
CREATE INDEX item_change_list ON catalog.item_change (item_id, change_id);
SELECT journal.guard('catalog.item_change');
GRANT SELECT, INSERT, UPDATE (state, decider_id, decider_for_id, decided_at, decision_reason) ON catalog.item_change TO qingqu_catalog;

-- Each version whole, states included, from the instant updated_at. Written by the trigger alone, so none is missing.
CREATE TABLE catalog.item_version (LIKE catalog.item);
ALTER TABLE catalog.item_version
  ADD CONSTRAINT item_version_pkey PRIMARY KEY (item_id, version),
  ADD CONSTRAINT item_version_item_fkey FOREIGN KEY (item_id) REFERENCES catalog.item;
INSERT INTO catalog.item_version SELECT item.* FROM catalog.item;
GRANT SELECT ON catalog.item_version TO qingqu_catalog;

-- Who does it is noted by the database itself, at the first version too, and what follows from the rest.
CREATE FUNCTION catalog.note_item_author() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Of most items nothing is told: an import does not call it for each.
  NEW.needs_cold_chain := (NEW.storage_celsius_max IS NOT NULL OR NEW.storage_conditions <> '')
    AND catalog.needs_cold_chain(NEW.storage_celsius_max, NEW.storage_conditions);
  NEW.changed_by_id := coalesce(nullif(current_setting('qingqu.user', true), ''), 'system');
  NEW.changed_for_id := scope.on_behalf_of();
  RETURN NEW;
END $$;
CREATE TRIGGER item_author BEFORE INSERT OR UPDATE ON catalog.item
  FOR EACH ROW EXECUTE FUNCTION catalog.note_item_author();
CREATE TRIGGER item_next_version BEFORE UPDATE ON catalog.item
  FOR EACH ROW EXECUTE FUNCTION catalog.next_version();

-- What an item is, apart from where it stands.
CREATE FUNCTION catalog.item_content(item catalog.item) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(item) - ARRAY['state', 'approver_id', 'approver_for_id', 'reinstatement_proposer_id', 'reinstatement_proposer_for_id',
    'reinstater_id', 'reinstater_for_id', 'withdrawn_state', 'event', 'reason', 'change_id', 'changed_by_id', 'changed_for_id', 'updated_at',
    'version']
$$;

-- A draft is changed by its author, what waits for approval by nobody, what was approved only by a change that another person approved;
-- what was withdrawn stays as it is, but that its stock may be blocked.
CREATE FUNCTION catalog.refuse_unapproved_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  blocked boolean := NEW.state = 'withdrawn' AND NEW.withdrawn_state = 'suspended' AND OLD.withdrawn_state = 'approved'
                     AND catalog.item_content(NEW) = catalog.item_content(OLD);
BEGIN
  IF OLD.state = 'withdrawn' AND NOT blocked THEN
    RAISE EXCEPTION 'item % is withdrawn', NEW.item_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF catalog.item_content(NEW) = catalog.item_content(OLD) THEN
    RETURN NEW;
  END IF;
  IF OLD.state = 'draft' AND current_setting('qingqu.user', true) = OLD.proposer_id THEN
    RETURN NEW;
  END IF;
  -- Each change once.
  IF OLD.state IN ('approved', 'suspended')
     AND EXISTS (SELECT FROM catalog.item_change WHERE change_id = NEW.change_id AND item_id = NEW.item_id AND state = 'approved')
     AND NOT EXISTS (SELECT FROM catalog.item_version WHERE item_id = NEW.item_id AND change_id = NEW.change_id) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'nobody approved this change of item %', NEW.item_id USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER item_unapproved_change BEFORE UPDATE ON catalog.item
  FOR EACH ROW EXECUTE FUNCTION catalog.refuse_unapproved_change();

-- Whoever wrote a part of it, or was stood in for then, does not approve it: item.proposer_for_id knows only for whom it was begun.
CREATE FUNCTION catalog.refuse_approval_by_author() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM catalog.item_version AS written
             WHERE written.item_id = NEW.item_id
               AND written.event IN ('item.drafted', 'item.draft_changed', 'item.submitted', 'item.proposed')
               AND scope.one_person_behind(NEW.approver_id, NEW.approver_for_id, written.changed_by_id, written.changed_for_id)) THEN
    RAISE EXCEPTION 'item % is approved by one of its authors', NEW.item_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER item_approved_by_author BEFORE UPDATE ON catalog.item
  FOR EACH ROW WHEN (OLD.approver_id IS NULL AND NEW.approver_id IS NOT NULL) EXECUTE FUNCTION catalog.refuse_approval_by_author();

CREATE FUNCTION catalog.keep_item_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO catalog.item_version VALUES (NEW.*);
  RETURN NULL;
END $$;
CREATE TRIGGER item_keep_version AFTER INSERT OR UPDATE ON catalog.item
  FOR EACH ROW EXECUTE FUNCTION catalog.keep_item_version();

-- A pack joins only a version that is not in force: the first one before its item is approved, or a later one.
CREATE OR REPLACE FUNCTION catalog.refuse_pack_in_force() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM catalog.item
             WHERE item_id = NEW.item_id AND state NOT IN ('draft', 'proposed') AND NEW.version <= pack_version) THEN
    RAISE EXCEPTION 'the packs of item % are approved', NEW.item_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE VIEW catalog_pub.item AS
  SELECT item.item_id, item.display_name, item.specification, item.registration_number,
         CASE WHEN registration.registration_number IS NULL THEN item.registration_expire_date ELSE registration.expire_date END
           AS registration_expire_date,
         item.device_class::int AS device_class, item.national_code, item.base_unit, item.manufacturer, item.lot_tracked,
         item.serial_tracked, item.expiry_tracked, item.high_value,
         CASE WHEN coalesce(item.withdrawn_state, item.state) = 'approved' AND registration.state IN ('suspended', 'cancelled')
                OR item.withdrawn_state = 'suspended'
           THEN 'suspended' ELSE item.state END AS state,
         item.model, item.storage_conditions, item.storage_celsius_min, item.storage_celsius_max, item.sterile, item.single_use,
         item.implant, item.procurement_group, item.charge_code
  FROM catalog.item AS item
  LEFT JOIN catalog.registration AS registration ON registration.registration_number = item.registration_number;
