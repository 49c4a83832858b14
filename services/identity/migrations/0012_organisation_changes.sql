-- Organisations are renamed and closed, and an alliance's lead hospital changes. What is closed stays, because documents name it;
-- nothing new begins there.

ALTER TABLE identity.alliance ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE identity.institution ADD COLUMN version bigint NOT NULL DEFAULT 1, ADD COLUMN closed_at timestamptz,
  ADD CONSTRAINT institution_closed_lead_check CHECK (closed_at IS NULL OR NOT lead);
ALTER TABLE identity.department ADD COLUMN version bigint NOT NULL DEFAULT 1, ADD COLUMN closed_at timestamptz;

GRANT UPDATE (display_name, version) ON identity.alliance TO qingqu_identity;
GRANT UPDATE (display_name, lead, closed_at, version) ON identity.institution TO qingqu_identity;
GRANT UPDATE (display_name, closed_at, version) ON identity.department TO qingqu_identity;

-- Nobody begins to work where nothing is any more, whoever writes.
CREATE FUNCTION identity.refuse_closed_unit() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF EXISTS (SELECT FROM identity.institution WHERE institution_id = NEW.institution_id AND closed_at IS NOT NULL)
     OR EXISTS (SELECT FROM identity.department
                WHERE department_id = to_jsonb(NEW)->>'department_id' AND closed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the institution or department is closed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER post_unit_open BEFORE INSERT ON identity.post
  FOR EACH ROW EXECUTE FUNCTION identity.refuse_closed_unit();
CREATE TRIGGER department_unit_open BEFORE INSERT ON identity.department
  FOR EACH ROW EXECUTE FUNCTION identity.refuse_closed_unit();

CREATE OR REPLACE VIEW identity_pub.institution AS
  SELECT institution_id, alliance_id, display_name, lead, closed_at IS NOT NULL AS closed FROM identity.institution;
CREATE OR REPLACE VIEW identity_pub.department AS
  SELECT department_id, institution_id, alliance_id, display_name, closed_at IS NOT NULL AS closed FROM identity.department;
