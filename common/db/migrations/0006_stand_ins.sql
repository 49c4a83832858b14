-- Whoever acts by a delegation (授权代理) is named together with whom they stand in for: in the entry's details, and among its
-- subjects. Runs as qingqu_owner.
CREATE OR REPLACE FUNCTION journal.append(
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

-- Whom the caller stands in for; the default of columns that remember it.
CREATE FUNCTION scope.on_behalf_of() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('qingqu.on_behalf_of', true), '') $$;

-- Whether one person stands behind two acts, given who did each, and for whom (common/auth/principal.h, ShareAPerson).
CREATE FUNCTION scope.one_person_behind(p_user text, p_for text, p_other_user text, p_other_for text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce(p_user IN (p_other_user, p_other_for), false) OR coalesce(p_for IN (p_other_user, p_other_for), false) $$;
