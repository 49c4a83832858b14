-- What the sealed journal needs of the journal (services/supervision/README.md). Runs as qingqu_owner.

-- Without it what tells of patients could be guessed from the commitment in an entry's leaf.
ALTER TABLE journal.entry ADD COLUMN restricted_salt bytea;
COMMENT ON COLUMN journal.entry.restricted_salt IS 'Random; only where restricted or a subject tells of patients or doctors.';

CREATE FUNCTION journal.new_salt() RETURNS bytea LANGUAGE sql VOLATILE SET search_path = pg_catalog AS
$$ SELECT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) $$;
REVOKE EXECUTE ON FUNCTION journal.new_salt() FROM PUBLIC;

ALTER TABLE journal.entry DISABLE TRIGGER entry_append_only;
UPDATE journal.entry SET restricted_salt = journal.new_salt()
WHERE restricted <> '{}' OR array_to_string(subjects, E'\n') ~ '(^|\n)(patients|doctors)/';
ALTER TABLE journal.entry ENABLE TRIGGER entry_append_only;

CREATE OR REPLACE FUNCTION journal.append(
  p_event text, p_method text, p_request_id text, p_resource text, p_subjects text[],
  p_institution_id text, p_alliance_id text, p_supplier_id text, p_reason text, p_details jsonb, p_restricted jsonb
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  v_sequence bigint;
BEGIN
  INSERT INTO journal.entry (event, method, resource, subjects, actor_user_id, actor_institution_id, actor_roles,
                             client, request_id, reason, institution_id, alliance_id, supplier_id, details, restricted,
                             restricted_salt)
  VALUES (p_event, p_method, p_resource, p_subjects, coalesce(nullif(current_setting('qingqu.user', true), ''), 'system'),
          nullif(current_setting('qingqu.institution', true), ''),
          coalesce(nullif(current_setting('qingqu.roles', true), ''), '{}')::text[],
          coalesce(nullif(current_setting('qingqu.client', true), ''), 'system'),
          nullif(p_request_id, ''), nullif(p_reason, ''), nullif(p_institution_id, ''), nullif(p_alliance_id, ''),
          nullif(p_supplier_id, ''), p_details, p_restricted,
          CASE WHEN p_restricted <> '{}' OR array_to_string(p_subjects, E'\n') ~ '(^|\n)(patients|doctors)/'
            THEN journal.new_salt() END)
  RETURNING sequence INTO v_sequence;
  IF EXISTS (SELECT FROM journal.wake_up WHERE event = p_event) THEN
    PERFORM pg_notify('journal', p_event);
  END IF;
  RETURN v_sequence;
END $$;

CREATE OR REPLACE FUNCTION journal.append_many(
  p_event text, p_methods text[], p_request_ids text[], p_resources text[], p_subjects text[], p_actor_user_ids text[],
  p_actor_institution_ids text[], p_actor_roles text[], p_clients text[], p_institution_ids text[], p_alliance_ids text[],
  p_reasons text[], p_details text[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO journal.entry (event, method, resource, subjects, actor_user_id, actor_institution_id, actor_roles, client,
                             request_id, reason, institution_id, alliance_id, details, restricted, restricted_salt)
  SELECT p_event, entry.method, entry.resource, entry.subjects::text[], entry.actor_user_id,
         nullif(entry.actor_institution_id, ''), entry.actor_roles::text[], entry.client, nullif(entry.request_id, ''),
         nullif(entry.reason, ''), nullif(entry.institution_id, ''), nullif(entry.alliance_id, ''), entry.details::jsonb, '{}',
         CASE WHEN array_to_string(entry.subjects::text[], E'\n') ~ '(^|\n)(patients|doctors)/' THEN journal.new_salt() END
  FROM unnest(p_methods, p_request_ids, p_resources, p_subjects, p_actor_user_ids, p_actor_institution_ids, p_actor_roles,
              p_clients, p_institution_ids, p_alliance_ids, p_reasons, p_details)
    AS entry (method, request_id, resource, subjects, actor_user_id, actor_institution_id, actor_roles, client,
              institution_id, alliance_id, reason, details);
  IF EXISTS (SELECT FROM journal.wake_up WHERE event = p_event) THEN
    PERFORM pg_notify('journal', p_event);
  END IF;
END $$;

-- Whether there is anything after a place that is final below the horizon; for an idle look. Ordered, so that a plan made for
-- any place cannot be a walk through the whole journal (and EXISTS would drop the order).
CREATE FUNCTION journal.has_after(p_transaction_id xid8, p_sequence bigint) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT (SELECT sequence FROM journal.entry
          WHERE (transaction_id, sequence) > (p_transaction_id, p_sequence) AND transaction_id < journal.horizon()
          ORDER BY transaction_id, sequence
          LIMIT 1) IS NOT NULL
$$;

-- All entries after a place and below p_before, which came from journal.horizon() in an earlier statement: in their final
-- order, up to p_limit of them and up to p_bytes as they are stored, but one at least. The columns are those that a leaf binds.
CREATE FUNCTION journal.read_all_after(p_transaction_id xid8, p_sequence bigint, p_before xid8, p_limit int, p_bytes bigint)
RETURNS TABLE (
  transaction_id xid8, sequence bigint, written_at timestamptz, event text, method text, resource text, subjects text[],
  actor_user_id text, actor_institution_id text, actor_roles text[], client text, request_id text, reason text,
  institution_id text, alliance_id text, supplier_id text, details jsonb, restricted jsonb, restricted_salt bytea
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT transaction_id, sequence, written_at, event, method, resource, subjects, actor_user_id, actor_institution_id,
         actor_roles, client, request_id, reason, institution_id, alliance_id, supplier_id, details, restricted,
         restricted_salt
  FROM (
    SELECT *, sum(bytes) OVER (ORDER BY transaction_id, sequence ROWS UNBOUNDED PRECEDING) - bytes AS bytes_before
    FROM (
      SELECT *, pg_column_size(details) + pg_column_size(subjects) + pg_column_size(restricted) AS bytes
      FROM journal.entry
      WHERE (transaction_id, sequence) > (p_transaction_id, p_sequence) AND transaction_id < p_before
      ORDER BY transaction_id, sequence
      LIMIT p_limit
    ) AS found
  ) AS measured
  WHERE bytes_before <= p_bytes
  ORDER BY transaction_id, sequence
$$;

-- How many entries there are after a place: what is not sealed yet. Counts no further than p_limit.
CREATE FUNCTION journal.count_after(p_transaction_id xid8, p_sequence bigint, p_limit int) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT count(*) FROM (
    SELECT FROM journal.entry WHERE (transaction_id, sequence) > (p_transaction_id, p_sequence)
    ORDER BY transaction_id, sequence
    LIMIT p_limit) AS entry
$$;

-- Merges what was newly written into the index of subjects; how many pages that were.
CREATE FUNCTION journal.merge_subjects() RETURNS bigint LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog AS
$$ SELECT gin_clean_pending_list('journal.entry_subjects') $$;

REVOKE EXECUTE ON FUNCTION journal.merge_subjects(), journal.has_after(xid8, bigint), journal.read_all_after(xid8, bigint, xid8, int, bigint),
  journal.count_after(xid8, bigint, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal.merge_subjects(), journal.has_after(xid8, bigint), journal.read_all_after(xid8, bigint, xid8, int, bigint),
  journal.count_after(xid8, bigint, int) TO qingqu_supervision;
