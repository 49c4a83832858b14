-- Many entries at once, for a writer that gathers the changes of several callers into one transaction. Runs as
-- qingqu_owner. Who did it comes with each entry here, and not from the session; whom a service may name is its own
-- affair anyway, since it writes the session's settings itself. Granted to the roles that gather, and to nobody else.
-- p_subjects and p_actor_roles: an array literal for each entry.
CREATE FUNCTION journal.append_many(
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
REVOKE EXECUTE ON FUNCTION journal.append_many(text, text[], text[], text[], text[], text[], text[], text[], text[], text[],
                                               text[], text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION journal.append_many(text, text[], text[], text[], text[], text[], text[], text[], text[], text[],
                                              text[], text[], text[]) TO qingqu_distribution;
