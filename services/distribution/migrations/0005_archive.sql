-- Movements of months long over become tables of their own, which may be kept elsewhere (归档). For the database's
-- administrator: no service may call these functions. Runs as qingqu_owner.

-- What must be true before a month is detached, besides that it is the oldest; NULL: nothing stands in the way. p_posted_at: when the last of
-- its movements was posted.
CREATE FUNCTION distribution.why_not_detached(p_month date, p_now timestamptz, p_posted_at timestamptz) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
DECLARE
  v_end timestamptz := (p_month + interval '1 month') AT TIME ZONE 'UTC';
  v_found text;
BEGIN
  -- The service takes ids that are up to 31 days old; the rest of the time is for clocks that are wrong.
  IF v_end + interval '3 months' > p_now THEN
    RETURN 'the month has to be over for three months';
  END IF;
  -- What lets them go has an id of the time when they end.
  SELECT count(*) || ' reservations of the month still hold goods, such as ' || min(reservation_id::text) INTO v_found
  FROM distribution.reservation
  WHERE state = 'open' AND (reservation_id < distribution.uuid_at(v_end) OR expires_at < v_end)
  HAVING count(*) > 0;
  IF FOUND THEN RETURN v_found; END IF;
  -- The next month that they close must begin after all that is detached.
  SELECT holder || ' has closed its months only up to ' || to_char(max(month), 'YYYY-MM') INTO v_found
  FROM distribution.period GROUP BY holder HAVING max(ends_at) <= p_posted_at LIMIT 1;
  IF FOUND THEN RETURN v_found; END IF;
  SELECT format('the balances of %s for %s are not written yet; ask for them (ListPeriodBalances)', holder,
                to_char(month, 'YYYY-MM')) INTO v_found
  FROM distribution.period
  WHERE NOT EXISTS (SELECT FROM distribution.period_reckoned AS reckoned
                    WHERE reckoned.holder = period.holder AND reckoned.month = period.month)
  LIMIT 1;
  RETURN v_found;
END $$;
REVOKE EXECUTE ON FUNCTION distribution.why_not_detached(date, timestamptz, timestamptz) FROM PUBLIC;

-- The digest of a table of movements: D(0) is empty, and D(n) = SHA-256(D(n-1) followed by row n and a line feed). A row is what
-- COPY … TO writes of it in text format in UTF-8, at time zone UTC, in the order of the ids: 'reads the file line by line' is all
-- that it takes to compute it elsewhere. Not one SHA-256 of the whole, which would need the whole in memory.
CREATE FUNCTION distribution.digest_row(p_state bytea, p_row text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog AS $$
  SELECT sha256(p_state || convert_to(p_row || E'\n', 'UTF8'))
$$;
CREATE AGGREGATE distribution.digest_rows(text) (SFUNC = distribution.digest_row, STYPE = bytea, INITCOND = '');

-- A value as COPY writes it.
CREATE FUNCTION distribution.copy_field(p_value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_value IS NULL THEN '\N'
              WHEN p_value !~ E'[\\\\\b\f\n\r\t\x0b]' THEN p_value
              ELSE replace(replace(replace(replace(replace(replace(replace(
                     p_value, '\', '\\'), E'\b', '\b'), E'\f', '\f'), E'\n', '\n'), E'\r', '\r'), E'\t', '\t'), E'\x0b', '\v') END
$$;

-- How many movements a table holds, when the last was posted, and their digest.
CREATE FUNCTION distribution.describe_movements(p_table regclass, OUT movement_count bigint, OUT last_posted_at timestamptz,
                                                OUT digest text)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog SET "TimeZone" = 'UTC' SET "DateStyle" = 'ISO, MDY' AS $$
DECLARE
  v_row text;
BEGIN
  -- concat, because booleans have another text when they are cast.
  SELECT string_agg(format('distribution.copy_field(CASE WHEN %1$I IS NOT NULL THEN concat(%1$I) END)', attname),
                    E' || E''\\t'' || ' ORDER BY attnum) INTO v_row
  FROM pg_attribute WHERE attrelid = p_table AND attnum > 0 AND NOT attisdropped;
  EXECUTE format('SELECT count(*), max(posted_at), coalesce(encode(distribution.digest_rows(line), ''hex''), '''')
                  FROM (SELECT posted_at, %s AS line FROM %s ORDER BY movement_id) AS ordered', v_row, p_table)
    INTO movement_count, last_posted_at, digest;
END $$;
REVOKE EXECUTE ON FUNCTION distribution.describe_movements(regclass) FROM PUBLIC;

-- What the movements of a table add up to, which pieces were used up in it and stayed so, and who sent what went into transit.
CREATE FUNCTION distribution.sum_movements(p_table regclass)
RETURNS TABLE (account_id bigint, on_hand bigint, reserved bigint, piece_used boolean, senders text[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
BEGIN
  RETURN QUERY EXECUTE format($query$
    SELECT side.account_id, sum(side.moved)::bigint, sum(side.held)::bigint, bool_or(side.is_used AND coalesce(account.serial, '') <> ''),
           array_agg(DISTINCT side.sender ORDER BY side.sender) FILTER (WHERE side.sender IS NOT NULL)
    FROM (SELECT debit_account_id AS account_id, moved, 0 AS held, false AS is_used,
                 CASE WHEN kind = 'transfer_out' THEN actor_id END AS sender
          FROM %1$s WHERE debit_account_id IS NOT NULL
          UNION ALL
          SELECT debit_account_id, 0, 0, false, actor_for_id
          FROM %1$s WHERE debit_account_id IS NOT NULL AND kind = 'transfer_out' AND actor_for_id <> ''
          UNION ALL
          SELECT credit_account_id, -moved, held,
                 kind = 'use' AND NOT EXISTS (SELECT FROM distribution.reversal WHERE original_id = movement_id), NULL
          FROM %1$s WHERE credit_account_id IS NOT NULL) AS side
    LEFT JOIN distribution.account ON account.account_id = side.account_id
    GROUP BY side.account_id$query$, p_table);
END $$;
REVOKE EXECUTE ON FUNCTION distribution.sum_movements(regclass) FROM PUBLIC;

-- Makes the partition of a month a table of its own, distribution.movement_archived_YYYY_MM, and keeps what it adds up to. Of the
-- months that are attached only the oldest. In one transaction; a month that is detached already is left as it is. Those who
-- post wait only at the end, while the table is taken out.
CREATE FUNCTION distribution.detach_month(p_month date, p_now timestamptz DEFAULT now()) RETURNS distribution.movement_partition
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog SET lock_timeout = '1h' AS $$
DECLARE
  v_partition distribution.movement_partition;
  v_name text := 'movement_' || to_char(p_month, 'YYYY_MM');
  v_archived text := 'movement_archived_' || to_char(p_month, 'YYYY_MM');
  v_why_not text;
BEGIN
  PERFORM set_config('qingqu.scope', 'system', true);
  -- Nobody makes partitions meanwhile, and the watch, which reads all of them, would be waited for below.
  PERFORM pg_advisory_xact_lock(7319, 2), pg_advisory_xact_lock(7319, 3);
  SELECT month, detached_at, movement_count, digest, last_posted_at INTO v_partition
  FROM distribution.movement_partition WHERE month = p_month;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'there is no partition for %', p_month USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  IF v_partition.detached_at IS NOT NULL THEN RETURN v_partition; END IF;
  SELECT 'the oldest month that is attached is ' || to_char(min(month), 'YYYY-MM') INTO v_why_not
  FROM distribution.movement_partition WHERE detached_at IS NULL HAVING min(month) < p_month;
  v_why_not := coalesce(v_why_not, distribution.why_not_detached(p_month, p_now, NULL));
  IF v_why_not IS NULL THEN
    EXECUTE format('LOCK TABLE distribution.%I IN SHARE MODE', v_name);
    SELECT p_now, described.movement_count, described.digest, described.last_posted_at
    INTO v_partition.detached_at, v_partition.movement_count, v_partition.digest, v_partition.last_posted_at
    FROM distribution.describe_movements(format('distribution.%I', v_name)::regclass) AS described;
    IF v_partition.movement_count <> (
      SELECT count(*) FROM distribution.movement
      WHERE movement_id >= distribution.uuid_at(p_month::timestamp AT TIME ZONE 'UTC')
        AND movement_id < distribution.uuid_at((p_month + interval '1 month') AT TIME ZONE 'UTC')) THEN
      RAISE EXCEPTION 'not all movements of % are seen', v_name USING ERRCODE = 'internal_error';
    END IF;
    INSERT INTO distribution.movement_archived (month, account_id, on_hand, reserved, piece_used, senders)
    SELECT p_month, account_id, on_hand, reserved, piece_used, senders
    FROM distribution.sum_movements(format('distribution.%I', v_name)::regclass);
    -- From here on alone in the ledger: nobody posts, and nobody closes a month.
    PERFORM set_config('lock_timeout', '5s', true), pg_advisory_xact_lock(7319, 1);
    v_why_not := distribution.why_not_detached(p_month, p_now, v_partition.last_posted_at);
  END IF;
  IF v_why_not IS NOT NULL THEN
    RAISE EXCEPTION '% is not detached: %', to_char(p_month, 'YYYY-MM'), v_why_not
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  EXECUTE format('ALTER TABLE distribution.movement DETACH PARTITION distribution.%I', v_name);
  EXECUTE format('ALTER TABLE distribution.%I RENAME TO %I', v_name, v_archived);
  EXECUTE format('ALTER TABLE distribution.%I ALTER COLUMN posting_number DROP DEFAULT', v_archived);
  EXECUTE format('DROP TRIGGER movement_no_truncate ON distribution.%I', v_archived);
  EXECUTE format('CREATE TRIGGER movement_archived_final BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON distribution.%I
                  FOR EACH STATEMENT EXECUTE FUNCTION distribution.refuse_change()', v_archived);
  UPDATE distribution.movement_partition
  SET detached_at = v_partition.detached_at, movement_count = v_partition.movement_count, digest = v_partition.digest,
      last_posted_at = v_partition.last_posted_at
  WHERE month = p_month;
  PERFORM set_config('qingqu.user', session_user, true), set_config('qingqu.client', 'database', true);
  PERFORM journal.append('ledger.archived', 'distribution.detach_month', '', 'ledgers/' || to_char(p_month, 'YYYY-MM'), '{}',
                         '', '', '', '', jsonb_build_object('month', to_char(p_month, 'YYYY-MM'), 'movementCount',
                         v_partition.movement_count, 'digest', v_partition.digest), '{}');
  RETURN v_partition;
END $$;
REVOKE EXECUTE ON FUNCTION distribution.detach_month(date, timestamptz) FROM PUBLIC;

-- Whether the table of a detached month, kept or restored from a file, is what was detached: a sentence for each difference,
-- up to 100, and no row when there is none.
CREATE FUNCTION distribution.verify_month(p_month date) RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  v_partition distribution.movement_partition;
  v_table regclass := to_regclass('distribution.movement_archived_' || to_char(p_month, 'YYYY_MM'));
  v_described record;
BEGIN
  PERFORM set_config('qingqu.scope', 'system', true);
  SELECT month, detached_at, movement_count, digest, last_posted_at INTO v_partition
  FROM distribution.movement_partition WHERE month = p_month AND detached_at IS NOT NULL;
  IF NOT FOUND THEN
    RETURN NEXT format('%s was not detached', to_char(p_month, 'YYYY-MM'));
    RETURN;
  END IF;
  IF v_table IS NULL THEN
    RETURN NEXT format('distribution.movement_archived_%s is not here; restore it first', to_char(p_month, 'YYYY_MM'));
    RETURN;
  END IF;
  SELECT movement_count, digest INTO v_described FROM distribution.describe_movements(v_table);
  IF v_described.movement_count <> v_partition.movement_count THEN
    RETURN NEXT format('it holds %s movements instead of %s', v_described.movement_count, v_partition.movement_count);
  END IF;
  IF v_described.digest <> v_partition.digest THEN
    RETURN NEXT format('its digest is %s instead of %s', v_described.digest, v_partition.digest);
  END IF;
  RETURN QUERY
  SELECT format('account %s: its movements add up to %s and %s reserved instead of %s and %s',
                coalesce(kept.account_id, found.account_id), coalesce(found.on_hand, 0), coalesce(found.reserved, 0),
                coalesce(kept.on_hand, 0), coalesce(kept.reserved, 0))
  FROM (SELECT account_id, on_hand, reserved FROM distribution.movement_archived WHERE month = p_month) AS kept
  FULL JOIN distribution.sum_movements(v_table) AS found ON found.account_id = kept.account_id
  WHERE (coalesce(kept.on_hand, 0), coalesce(kept.reserved, 0)) <> (coalesce(found.on_hand, 0), coalesce(found.reserved, 0))
  ORDER BY coalesce(kept.account_id, found.account_id)
  LIMIT 98;
END $$;
REVOKE EXECUTE ON FUNCTION distribution.verify_month(date) FROM PUBLIC;
