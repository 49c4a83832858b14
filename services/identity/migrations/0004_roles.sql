-- What each role may do. Seeded by the service at its start from common/auth/role_grants.cc, permission by permission, and
-- edited by the bureau administrator from then on. The rules of common/auth/grant_rules.h hold here too, whoever writes.

CREATE TABLE identity.role (
  role_id text CONSTRAINT role_pkey PRIMARY KEY CONSTRAINT role_id_check CHECK (role_id ~ '^[a-z_]{1,40}$'),
  version bigint NOT NULL DEFAULT 1,
  updated_at timestamptz NOT NULL
);

-- The permissions that this table decides. What a newer process knows besides, it takes from its seed.
CREATE TABLE identity.permission (
  permission text CONSTRAINT permission_pkey PRIMARY KEY
    CONSTRAINT permission_check CHECK (permission ~ '^[a-z]+\.[a-z_]+\.[a-z_]+$')
);

CREATE TABLE identity.role_permission (
  role_id text NOT NULL CONSTRAINT role_permission_role_fkey REFERENCES identity.role,
  permission text NOT NULL CONSTRAINT role_permission_permission_fkey REFERENCES identity.permission,
  CONSTRAINT role_permission_pkey PRIMARY KEY (role_id, permission),
  -- 防统方.
  CONSTRAINT role_permission_use_check CHECK (NOT (role_id IN ('operator', 'supplier')
    AND (permission LIKE 'usage.%' OR permission LIKE 'supervision.%' AND permission <> 'supervision.trace.read'))),
  CONSTRAINT role_permission_stock_check CHECK (NOT (role_id = 'supplier' AND permission LIKE 'distribution.%')),
  CONSTRAINT role_permission_patient_check CHECK (permission <> 'usage.patient.read'
    OR role_id IN ('hospital_pharmacist', 'department_nurse', 'discipline_inspector')),
  CONSTRAINT role_permission_regulator_check CHECK (
    NOT role_id IN ('insurance_bureau', 'market_supervision', 'discipline_inspector')
    OR permission LIKE '%.read' OR permission = 'distribution.ledger.check'),
  CONSTRAINT role_permission_people_check CHECK (
    NOT (permission LIKE ANY (ARRAY['identity.user.%', 'identity.role.%', 'identity.credential.%'])
      OR permission = 'identity.organisation.write')
    OR role_id = 'bureau_administrator' OR role_id = 'discipline_inspector' AND permission LIKE '%.read')
);
CREATE INDEX role_permission_permission ON identity.role_permission (permission);

-- Two permissions that one person must not hold at the same time.
CREATE TABLE identity.separation (
  proposing text NOT NULL,
  approving text NOT NULL,
  CONSTRAINT separation_pkey PRIMARY KEY (proposing, approving)
);

-- Counts the changes, so that every process sees with one cheap question that there is something to read again.
CREATE TABLE identity.role_table (
  only_row boolean CONSTRAINT role_table_pkey PRIMARY KEY DEFAULT true CONSTRAINT role_table_only_row_check CHECK (only_row),
  version bigint NOT NULL
);
INSERT INTO identity.role_table (version) VALUES (0);

CREATE FUNCTION identity.count_role_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  UPDATE identity.role_table SET version = version + 1;
  RETURN NULL;
END $$;
CREATE TRIGGER role_permission_counted AFTER INSERT OR UPDATE OR DELETE ON identity.role_permission
  FOR EACH STATEMENT EXECUTE FUNCTION identity.count_role_change();
CREATE TRIGGER permission_counted AFTER INSERT OR UPDATE OR DELETE ON identity.permission
  FOR EACH STATEMENT EXECUTE FUNCTION identity.count_role_change();

-- Deferred, and after the lock of role_table that count_role_change takes: of two who race, the second sees what the first
-- did.
CREATE FUNCTION identity.check_role_permission() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  v_other text;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.role_id = 'bureau_administrator' AND OLD.permission LIKE ANY (ARRAY['identity.user.%', 'identity.role.%'])
       AND NOT EXISTS (SELECT FROM identity.role_permission
                       WHERE role_id = OLD.role_id AND permission = OLD.permission) THEN
      RAISE EXCEPTION 'the bureau administrator keeps %', OLD.permission USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
  END IF;
  SELECT held.permission INTO v_other
  FROM identity.separation AS pair
  JOIN identity.role_permission AS held ON held.role_id = NEW.role_id
    AND held.permission = CASE NEW.permission WHEN pair.proposing THEN pair.approving WHEN pair.approving THEN pair.proposing END
  WHERE EXISTS (SELECT FROM identity.role_permission WHERE role_id = NEW.role_id AND permission = NEW.permission)
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'the role % would hold % and %', NEW.role_id, NEW.permission, v_other USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER role_permission_separation AFTER INSERT OR UPDATE OR DELETE ON identity.role_permission
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION identity.check_role_permission();

SELECT journal.guard('identity.role'), journal.guard('identity.permission'), journal.guard('identity.role_permission'),
       journal.guard('identity.separation');

GRANT SELECT, INSERT, UPDATE ON identity.role TO qingqu_identity;
GRANT SELECT, INSERT ON identity.permission TO qingqu_identity;
GRANT SELECT, INSERT, DELETE ON identity.role_permission, identity.separation TO qingqu_identity;
GRANT SELECT, UPDATE ON identity.role_table TO qingqu_identity;

CREATE VIEW identity_pub.role_table AS SELECT version FROM identity.role_table;
-- A permission that no role holds has a row, too.
CREATE VIEW identity_pub.role_permission AS
  SELECT permission, role_id FROM identity.permission LEFT JOIN identity.role_permission USING (permission);
GRANT SELECT ON identity_pub.role_table, identity_pub.role_permission TO qingqu_services;
