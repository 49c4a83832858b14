-- Somebody acts in a colleague's post for a while (授权代理). What follows from a delegation is asked of the post each time, so
-- that it is never wider than what the holder has at that moment.

ALTER TABLE identity.post ADD CONSTRAINT post_of_holder_key UNIQUE (post_id, user_id);

CREATE TABLE identity.delegation (
  delegation_id text CONSTRAINT delegation_pkey PRIMARY KEY,
  post_id text NOT NULL,
  holder_id text NOT NULL,
  delegate_id text NOT NULL CONSTRAINT delegation_delegate_fkey REFERENCES identity.account,
  -- Nobody lends what the county's authorities entrusted to them in person.
  roles text[] NOT NULL CONSTRAINT delegation_roles_check CHECK (cardinality(roles) BETWEEN 1 AND 5
    AND roles <@ ARRAY['hospital_pharmacist', 'department_nurse', 'procurement_officer', 'approver', 'operator', 'supplier']),
  -- Only these of what the roles hold; empty: all of it.
  permissions text[] NOT NULL CONSTRAINT delegation_permissions_check CHECK (cardinality(permissions) <= 64),
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  CONSTRAINT delegation_post_fkey FOREIGN KEY (post_id, holder_id) REFERENCES identity.post (post_id, user_id),
  CONSTRAINT delegation_person_check CHECK (delegate_id <> holder_id),
  CONSTRAINT delegation_period_check CHECK (ends_at >= starts_at AND ends_at <= starts_at + interval '90 days')
);
CREATE INDEX delegation_of_holder ON identity.delegation (holder_id, ends_at);
CREATE INDEX delegation_of_delegate ON identity.delegation (delegate_id, ends_at);
CREATE INDEX delegation_of_post ON identity.delegation (post_id);

-- By which delegation a session acts in its post.
ALTER TABLE identity.session ADD COLUMN delegation_id text CONSTRAINT session_delegation_fkey REFERENCES identity.delegation;

-- Each delegation with the post in which it lets the delegate act, and when, as far as is known at p_now: no longer than both it
-- and the post last, and not when the delegate is a program or has no post of their own there. Inlined, so that conditions on it
-- use the table's indexes.
CREATE FUNCTION identity.stand_ins(p_now timestamptz)
RETURNS TABLE (
  delegation_id text, post_id text, holder_id text, delegate_id text, roles text[], permissions text[], scope text,
  institution_id text, alliance_id text, supplier_id text, department_id text, delegated_from timestamptz,
  delegated_until timestamptz, starts_at timestamptz, ends_at timestamptz, version bigint, created_at timestamptz
) LANGUAGE sql STABLE AS $$
  SELECT delegation.delegation_id, delegation.post_id, delegation.holder_id, delegation.delegate_id, delegation.roles,
         delegation.permissions, post.scope, post.institution_id, post.alliance_id, post.supplier_id, post.department_id,
         delegation.starts_at, delegation.ends_at, period.starts_at,
         greatest(period.starts_at,
                  CASE WHEN period.ends_at <= p_now THEN period.ends_at ELSE least(period.ends_at, own.ends_at) END),
         delegation.version, delegation.created_at
  FROM identity.delegation
  JOIN identity.post ON post.post_id = delegation.post_id
  CROSS JOIN LATERAL (VALUES (greatest(delegation.starts_at, post.starts_at), least(delegation.ends_at, post.ends_at)))
    AS period (starts_at, ends_at)
  CROSS JOIN LATERAL (
    SELECT coalesce(max(coalesce(mine.ends_at, 'infinity')), '-infinity') AS ends_at
    FROM identity.post AS mine
    WHERE mine.user_id = delegation.delegate_id AND mine.starts_at <= greatest(p_now, period.starts_at)
      AND (mine.ends_at IS NULL OR mine.ends_at > greatest(p_now, period.starts_at))
      AND NOT EXISTS (SELECT FROM identity.machine_client WHERE machine_client.user_id = mine.user_id)
      AND CASE post.scope
            WHEN 'department' THEN mine.institution_id = post.institution_id
            WHEN 'institution' THEN mine.institution_id = post.institution_id
            WHEN 'alliance' THEN mine.alliance_id = post.alliance_id
            WHEN 'supplier' THEN mine.supplier_id = post.supplier_id
            ELSE false END
  ) AS own
$$;

-- What people may do and when: in their posts, and in those of others.
CREATE VIEW identity.duty AS
SELECT user_id, post_id AS duty_id, roles, '{}'::text[] AS permissions, starts_at, ends_at FROM identity.post
UNION ALL
SELECT delegate_id, delegation_id, delegation.roles, delegation.permissions, greatest(delegation.starts_at, post.starts_at),
       least(delegation.ends_at, post.ends_at)
FROM identity.delegation
JOIN identity.post USING (post_id)
WHERE post.starts_at <= delegation.ends_at AND (post.ends_at IS NULL OR post.ends_at >= delegation.starts_at);

-- Duties that are not over, two and two of one person (or twice the same) whose periods overlap.
CREATE FUNCTION identity.duties_at_one_time(p_user_id text)
RETURNS TABLE (user_id text, roles text[], permissions text[], other_roles text[], other_permissions text[])
LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $$
  SELECT mine.user_id, mine.roles, mine.permissions, other.roles, other.permissions
  FROM identity.duty AS mine
  JOIN identity.duty AS other ON other.user_id = mine.user_id
    AND tstzrange(mine.starts_at, mine.ends_at) && tstzrange(other.starts_at, other.ends_at)
  WHERE (p_user_id = '' OR mine.user_id = p_user_id)
    AND (mine.ends_at IS NULL OR mine.ends_at > now()) AND (other.ends_at IS NULL OR other.ends_at > now())
$$;

-- People who hold both sides of a separation at one time from now on: in one duty, or in two. Of one user, or with '' of all;
-- by one permission, or with '' by any. Besides: who is a supplier or a discipline inspector is nothing else in another post,
-- and an operator learns of use in none.
CREATE FUNCTION identity.separation_conflicts(p_user_id text, p_permission text)
RETURNS TABLE (user_id text, proposing text, approving text) LANGUAGE sql VOLATILE SET search_path = pg_catalog AS $$
  SELECT mine.user_id, pair.proposing, pair.approving
  FROM identity.separation AS pair
  JOIN identity.role_permission AS proposer ON proposer.permission = pair.proposing
  JOIN identity.role_permission AS approver ON approver.permission = pair.approving
  JOIN identity.duties_at_one_time(p_user_id) AS mine
    ON proposer.role_id = ANY (mine.roles) AND approver.role_id = ANY (mine.other_roles)
    AND (mine.permissions = '{}' OR pair.proposing = ANY (mine.permissions))
    AND (mine.other_permissions = '{}' OR pair.approving = ANY (mine.other_permissions))
  WHERE p_permission = '' OR p_permission IN (pair.proposing, pair.approving)
  UNION ALL
  SELECT mine.user_id, 'the role ' || alone.role_id, 'other roles'
  FROM unnest(ARRAY['supplier', 'discipline_inspector']) AS alone (role_id)
  JOIN identity.duties_at_one_time(p_user_id) AS mine
    ON alone.role_id = ANY (mine.roles) AND NOT mine.other_roles <@ ARRAY[alone.role_id]
  WHERE p_permission = ''
  UNION ALL
  SELECT mine.user_id, 'the role operator', held.permission
  FROM identity.duties_at_one_time(p_user_id) AS mine
  JOIN identity.role_permission AS held ON held.role_id = ANY (mine.other_roles) AND held.permission LIKE 'usage.%'
    AND (mine.other_permissions = '{}' OR held.permission = ANY (mine.other_permissions))
  WHERE 'operator' = ANY (mine.roles) AND p_permission IN ('', held.permission)
  LIMIT 1
$$;

-- Deferred, behind the lock that also edits of roles take (LockNamed "roles"): of two who race, the second sees what the
-- first did.
CREATE FUNCTION identity.check_separation() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  v_row jsonb := to_jsonb(NEW);
  v_conflict record;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('identity.roles', 0));
  SELECT user_id, proposing, approving INTO v_conflict
  FROM identity.separation_conflicts(coalesce(v_row->>'delegate_id', v_row->>'user_id', ''), coalesce(v_row->>'permission', ''));
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
CREATE CONSTRAINT TRIGGER delegation_separation AFTER INSERT OR UPDATE ON identity.delegation
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION identity.check_separation();

-- Of one's own post, what one has in it, and no longer than it lasts as far as it is known.
CREATE FUNCTION identity.check_delegation() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM identity.post WHERE post_id = NEW.post_id AND NEW.roles <@ roles) THEN
    RAISE EXCEPTION 'the delegation % is wider than the post', NEW.delegation_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER delegation_within_post BEFORE INSERT ON identity.delegation
  FOR EACH ROW EXECUTE FUNCTION identity.check_delegation();

SELECT journal.guard('identity.delegation');
GRANT SELECT ON identity.duty TO qingqu_identity;
GRANT SELECT, INSERT, UPDATE (ends_at, version) ON identity.delegation TO qingqu_identity;
