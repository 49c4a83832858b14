-- What the sealed journal needs of the journal (services/supervision/README.md). Runs as qingqu_owner.

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

-- How many entries there are after a place, and when the earliest of them was written: what is not sealed yet, also what no horizon
-- has passed, because somebody holds it up. Counts no further than p_limit.
CREATE FUNCTION journal.count_after(p_transaction_id xid8, p_sequence bigint, p_limit int)
RETURNS TABLE (entries bigint, earliest_written_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT count(*), min(written_at) FROM (
    SELECT written_at FROM journal.entry WHERE (transaction_id, sequence) > (p_transaction_id, p_sequence)
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
