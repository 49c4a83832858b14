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
    WHEN 'institution' THEN institution_id IS NOT NULL AND alliance_id IS NOT NULL AND supplier_id IS NULL
    WHEN 'alliance' THEN alliance_id IS NOT NULL AND supplier_id IS NULL
    WHEN 'county' THEN institution_id IS NULL AND alliance_id IS NULL AND supplier_id IS NULL
    WHEN 'supplier' THEN institution_id IS NULL AND alliance_id IS NULL AND supplier_id IS NOT NULL
    ELSE false END),
  CONSTRAINT post_department_check CHECK (department_id IS NULL OR scope = 'institution'),
  CONSTRAINT post_roles_check CHECK (CASE scope
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

INSERT INTO identity.post (post_id, user_id, roles, scope, institution_id, alliance_id, supplier_id, starts_at, ends_at, created_at)
SELECT gen_random_uuid()::text, user_id, roles, scope, institution_id, alliance_id, supplier_id, created_at,
       CASE WHEN disabled THEN greatest(created_at, now()) END, created_at
FROM identity.account;
ALTER TABLE identity.account DROP COLUMN roles, DROP COLUMN scope, DROP COLUMN institution_id, DROP COLUMN alliance_id,
  DROP COLUMN supplier_id;

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

-- Posts that are not over, two and two of one person (or twice the same) whose periods overlap.
CREATE FUNCTION identity.posts_at_one_time(p_user_id text)
RETURNS TABLE (user_id text, post_id text, roles text[], other_post_id text, other_roles text[])
LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $$
  SELECT mine.user_id, mine.post_id, mine.roles, other.post_id, other.roles
  FROM identity.post AS mine
  JOIN identity.post AS other ON other.user_id = mine.user_id
    AND tstzrange(mine.starts_at, mine.ends_at) && tstzrange(other.starts_at, other.ends_at)
  WHERE (p_user_id = '' OR mine.user_id = p_user_id)
    AND (mine.ends_at IS NULL OR mine.ends_at > now()) AND (other.ends_at IS NULL OR other.ends_at > now())
$$;

-- People who hold both sides of a separation at one time from now on: in one post, or in two. Of one user, or with '' of all;
-- by one permission, or with '' by any. Besides: who is a supplier or a discipline inspector is nothing else in another post,
-- and an operator learns of use in none.
CREATE FUNCTION identity.separation_conflicts(p_user_id text, p_permission text)
RETURNS TABLE (user_id text, proposing text, approving text) LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $$
  SELECT mine.user_id, pair.proposing, pair.approving
  FROM identity.separation AS pair
  JOIN identity.role_permission AS proposer ON proposer.permission = pair.proposing
  JOIN identity.role_permission AS approver ON approver.permission = pair.approving
  JOIN identity.posts_at_one_time(p_user_id) AS mine
    ON proposer.role_id = ANY (mine.roles) AND approver.role_id = ANY (mine.other_roles)
  WHERE p_permission = '' OR p_permission IN (pair.proposing, pair.approving)
  UNION ALL
  SELECT mine.user_id, 'the role ' || alone.role_id, 'other roles'
  FROM unnest(ARRAY['supplier', 'discipline_inspector']) AS alone (role_id)
  JOIN identity.posts_at_one_time(p_user_id) AS mine
    ON alone.role_id = ANY (mine.roles) AND NOT mine.other_roles <@ ARRAY[alone.role_id]
  WHERE p_permission = ''
  UNION ALL
  SELECT mine.user_id, 'the role operator', held.permission
  FROM identity.posts_at_one_time(p_user_id) AS mine
  JOIN identity.role_permission AS held ON held.role_id = ANY (mine.other_roles) AND held.permission LIKE 'usage.%'
  WHERE 'operator' = ANY (mine.roles) AND p_permission IN ('', held.permission)
  LIMIT 1
$$;

-- Deferred, behind the lock that also edits of roles take (LockNamed "roles"): of two who race, the second sees what the
-- first did.
CREATE FUNCTION identity.check_separation() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  v_conflict record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('identity.roles', 0));
  SELECT user_id, proposing, approving INTO v_conflict
  FROM identity.separation_conflicts(coalesce(to_jsonb(NEW)->>'user_id', ''), coalesce(to_jsonb(NEW)->>'permission', ''));
  IF FOUND THEN
    RAISE EXCEPTION 'the user % would hold % and %', v_conflict.user_id, v_conflict.proposing, v_conflict.approving
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER post_separation AFTER INSERT OR UPDATE ON identity.post
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION identity.check_separation();
CREATE CONSTRAINT TRIGGER role_permission_people AFTER INSERT ON identity.role_permission
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION identity.check_separation();

SELECT journal.guard('identity.post');

GRANT SELECT, INSERT, UPDATE ON identity.post TO qingqu_identity;
