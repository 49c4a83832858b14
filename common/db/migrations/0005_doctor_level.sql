-- How often patients and doctors are asked about, and the list of who did (防统方). Runs as qingqu_owner.

-- For each user and each institution until when all that was asked is paid off: an hour holds as many askings as are allowed,
-- each takes its share of it. No fact, so not in the journal; each asking is.
CREATE TABLE journal.doctor_level_budget (
  holder text CONSTRAINT doctor_level_budget_pkey PRIMARY KEY,
  spent_until timestamptz NOT NULL
);

-- Counts p_weight askings of the session's user and institution, when both may: then 0. Else nothing is counted, and the result is
-- in how many seconds to try again. Those who ask at the same time wait for each other, always in the same order.
CREATE FUNCTION journal.count_doctor_level(p_weight int, p_user_max int, p_institution_max int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  v_now timestamptz := clock_timestamp();
  v_institution text := 'institutions/' || coalesce(current_setting('qingqu.institution', true), '');
  v_user text := 'users/' || coalesce(current_setting('qingqu.user', true), '');
  v_wait interval := '0';
  v_budget record;
BEGIN
  -- What a crash may forget is worth no wait for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  INSERT INTO journal.doctor_level_budget (holder, spent_until)
  SELECT holder, v_now FROM unnest(ARRAY[v_institution, v_user]) AS holder
  ON CONFLICT (holder) DO NOTHING;
  FOR v_budget IN
    SELECT budget.holder,
           greatest(budget.spent_until, v_now)
             + interval '1 hour' * (p_weight::float8 / CASE budget.holder WHEN v_user THEN p_user_max ELSE p_institution_max END)
             AS spent_until
    FROM journal.doctor_level_budget AS budget
    WHERE budget.holder IN (v_institution, v_user)
    ORDER BY budget.holder
    FOR UPDATE
  LOOP
    v_wait := greatest(v_wait, v_budget.spent_until - v_now - interval '1 hour');
  END LOOP;
  IF v_wait > '0' THEN
    RETURN ceil(extract(epoch FROM v_wait))::int;
  END IF;
  UPDATE journal.doctor_level_budget AS budget
  SET spent_until = greatest(budget.spent_until, v_now)
    + interval '1 hour' * (p_weight::float8 / CASE budget.holder WHEN v_user THEN p_user_max ELSE p_institution_max END)
  WHERE budget.holder IN (v_institution, v_user);
  RETURN 0;
END $$;

-- The list: newest first, few among many.
CREATE INDEX entry_people ON journal.entry (transaction_id, sequence)
  WHERE event IN ('question.people_asked', 'question.people_refused');
