-- People have posts, one or several, each for a period; what somebody may do and see follows from them.

CREATE TABLE identity.post (
  post_id text CONSTRAINT post_pkey PRIMARY KEY,
  user_id text NOT NULL CONSTRAINT post_user_fkey REFERENCES identity.account,
  roles text[] NOT NULL CONSTRAINT post_roles_count_check CHECK (cardinality(roles) BETWEEN 1 AND 5),
  scope text NOT NULL,
  institution_id text,
  alliance_id text CONSTRAINT post_alliance_fkey REFERENCES identity.alliance,
  supplier_id text CONSTRAINT post_supplier_check CHECK (supplier_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
  department_id text,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  CONSTRAINT post_period_check CHECK (ends_at >= starts_at),
  CONSTRAINT post_institution_fkey FOREIGN KEY (institution_id, alliance_id)
    REFERENCES identity.institution (institution_id, alliance_id),
  CONSTRAINT post_belongs_check CHECK (CASE scope
    WHEN 'department' THEN department_id IS NOT NULL AND institution_id IS NOT NULL AND alliance_id IS NOT NULL
                        AND supplier_id IS NULL
    WHEN 'institution' THEN institution_id IS NOT NULL AND alliance_id IS NOT NULL AND supplier_id IS NULL
    WHEN 'alliance' THEN alliance_id IS NOT NULL AND supplier_id IS NULL
    WHEN 'county' THEN institution_id IS NULL AND alliance_id IS NULL AND supplier_id IS NULL
    WHEN 'supplier' THEN institution_id IS NULL AND alliance_id IS NULL AND supplier_id IS NOT NULL
    ELSE false END),
  CONSTRAINT post_department_check CHECK (department_id IS NULL OR scope IN ('department', 'institution')),
  CONSTRAINT post_roles_check CHECK (CASE scope
    WHEN 'department' THEN roles <@ ARRAY['hospital_pharmacist', 'department_nurse']
    WHEN 'institution' THEN roles <@ ARRAY['hospital_pharmacist', 'department_nurse', 'approver']
    WHEN 'alliance' THEN roles <@ ARRAY['procurement_officer', 'approver', 'operator']
    WHEN 'county' THEN roles <@ ARRAY['insurance_bureau', 'market_supervision', 'bureau_administrator']
                    OR roles = ARRAY['discipline_inspector']
    WHEN 'supplier' THEN roles = ARRAY['supplier']
    ELSE false END)
);
ALTER TABLE identity.department ADD CONSTRAINT department_in_institution_key UNIQUE (department_id, institution_id);
ALTER TABLE identity.post ADD CONSTRAINT post_department_fkey FOREIGN KEY (department_id, institution_id)
  REFERENCES identity.department (department_id, institution_id);
CREATE INDEX post_of_user ON identity.post (user_id, starts_at);
CREATE INDEX post_of_institution ON identity.post (institution_id, post_id);
CREATE INDEX post_of_alliance ON identity.post (alliance_id, post_id);
CREATE INDEX post_of_supplier ON identity.post (supplier_id, post_id);
CREATE INDEX post_of_department ON identity.post (department_id, post_id);

-- In which post a session acts. Sessions that are open now are in none, and end with the next refresh.
ALTER TABLE identity.session ADD COLUMN post_id text CONSTRAINT session_post_fkey REFERENCES identity.post;

-- The post that is in force (of several, the first), or else the last one.
CREATE FUNCTION identity.present_post(p_user_id text) RETURNS SETOF identity.post LANGUAGE sql STABLE
SET search_path = pg_catalog AS $$
  SELECT post.* FROM identity.post WHERE user_id = p_user_id
  ORDER BY (starts_at <= now() AND (ends_at IS NULL OR ends_at > now())) DESC,
           CASE WHEN starts_at <= now() AND (ends_at IS NULL OR ends_at > now()) THEN starts_at END,
           starts_at DESC, post_id
  LIMIT 1
$$;

SELECT journal.guard('identity.post');

GRANT SELECT, INSERT, UPDATE ON identity.post TO qingqu_identity;
