-- Movements, what reserves and reverses them, and closed periods. Runs as qingqu_owner.

CREATE SEQUENCE distribution.posting_number;

-- Goods went from the credit account to the debit account: `moved` of them. `held` is what the movement added to the
-- reservations of the credit account. So balances are sums:
--   on_hand  = Σ moved (as debit) − Σ moved (as credit)        reserved = Σ held (as credit)
-- An id that was refused is here, too, with what was answered: it can never be posted.
-- The id is a UUIDv7 (RFC 9562): its time chooses the partition, so it is unique over all of them.
CREATE TABLE distribution.movement (
  movement_id uuid NOT NULL,
  posting_number bigint NOT NULL DEFAULT nextval('distribution.posting_number'),
  kind text NOT NULL CONSTRAINT movement_kind_check
    CHECK (kind IN ('receive', 'reject', 'transfer_out', 'transfer_in', 'issue', 'use', 'return_to_store',
                    'return_to_supplier', 'change_condition', 'stocktake_gain', 'stocktake_loss', 'opening_balance',
                    'take_ownership', 'reversal', 'reserve', 'void', 'expire')),
  debit_account_id bigint,
  credit_account_id bigint,
  quantity bigint NOT NULL CONSTRAINT movement_quantity_check CHECK (quantity BETWEEN 1 AND 1000000000000),
  moved bigint NOT NULL,
  held bigint NOT NULL DEFAULT 0,
  debit_after bigint,
  credit_after bigint,
  effective_at timestamptz NOT NULL,
  posted_at timestamptz NOT NULL,
  document_line int CONSTRAINT movement_document_line_check CHECK (document_line BETWEEN 1 AND 5000),
  expiry_overridden boolean NOT NULL DEFAULT false,
  actor_id text NOT NULL,
  actor_for_id text NOT NULL DEFAULT '',
  alliance_id text NOT NULL,
  from_location_id text,
  from_institution_id text,
  from_department_id text,
  to_location_id text,
  to_institution_id text,
  to_department_id text,
  document text CONSTRAINT movement_document_check CHECK (document ~ '^[a-z]+/.'),
  reason text CONSTRAINT movement_reason_check CHECK (char_length(reason) BETWEEN 1 AND 200),
  linked_group text,
  reservation_id uuid,
  original_id uuid,
  content_hash uuid,
  refusal jsonb,
  CONSTRAINT movement_pkey PRIMARY KEY (movement_id),
  CONSTRAINT movement_accounts_check CHECK (debit_account_id <> credit_account_id),
  CONSTRAINT movement_effect_check CHECK (CASE
    WHEN refusal IS NOT NULL THEN
      moved = 0 AND held = 0 AND debit_account_id IS NULL AND credit_account_id IS NULL
    WHEN kind IN ('reserve', 'void', 'expire') THEN
      moved = 0 AND held <> 0 AND debit_account_id IS NULL AND credit_account_id IS NOT NULL
      AND reservation_id IS NOT NULL AND (held > 0) = (kind = 'reserve')
    ELSE moved = quantity AND held <= 0 AND debit_account_id IS NOT NULL AND credit_account_id IS NOT NULL
      AND (held = 0 OR reservation_id IS NOT NULL) END),
  CONSTRAINT movement_original_check CHECK (kind <> 'reversal' OR original_id IS NOT NULL OR refusal IS NOT NULL),
  CONSTRAINT movement_effective_check CHECK (effective_at <= posted_at)
) PARTITION BY RANGE (movement_id);
COMMENT ON COLUMN distribution.movement.debit_after IS 'On hand of the debit account after the movement.';
COMMENT ON COLUMN distribution.movement.content_hash IS 'Of what was asked for, for who asks again under the same id.';
COMMENT ON COLUMN distribution.movement.actor_for_id IS 'For whom the actor stood in; empty: for themselves.';
COMMENT ON COLUMN distribution.movement.from_location_id IS 'Of the credit account, which one side may not see.';
COMMENT ON COLUMN distribution.movement.linked_group IS 'Movements of one call with the same name here were posted together or not at all.';
-- The history of an account, and its balance at any time of posting: the last movement before it tells.
CREATE INDEX movement_debit ON distribution.movement (debit_account_id, posted_at, posting_number)
  WHERE debit_account_id IS NOT NULL;
CREATE INDEX movement_credit ON distribution.movement (credit_account_id, posted_at, posting_number)
  WHERE credit_account_id IS NOT NULL;
-- What was posted later than it took effect: the difference between the two times of a balance.
CREATE INDEX movement_debit_backdated ON distribution.movement (debit_account_id, posted_at) WHERE effective_at < posted_at;
CREATE INDEX movement_credit_backdated ON distribution.movement (credit_account_id, posted_at) WHERE effective_at < posted_at;
-- Who put goods into transit (or back into it), each when last, and when it was last empty, whatever was posted since.
CREATE INDEX movement_hand ON distribution.movement (debit_account_id, kind, actor_id, actor_for_id, posted_at, posting_number)
  WHERE kind IN ('transfer_out', 'reversal');
CREATE INDEX movement_emptied ON distribution.movement (credit_account_id, posted_at, posting_number)
  WHERE credit_after = 0 AND kind IN ('transfer_in', 'reversal');
-- What was reserved at any time of posting; only what reserves, or uses what was reserved, writes it.
CREATE INDEX movement_held ON distribution.movement (credit_account_id, posted_at, posting_number) WHERE held <> 0;
CREATE TRIGGER movement_immutable BEFORE UPDATE OR DELETE ON distribution.movement
  FOR EACH ROW EXECUTE FUNCTION distribution.refuse_change();
CREATE TRIGGER movement_journalled AFTER INSERT ON distribution.movement
  FOR EACH STATEMENT EXECUTE FUNCTION journal.require_entry();
CREATE TRIGGER movement_no_truncate BEFORE TRUNCATE ON distribution.movement
  FOR EACH STATEMENT EXECUTE FUNCTION distribution.refuse_change();

-- The smallest UUID whose 48 bits of Unix milliseconds are those of p_time.
CREATE FUNCTION distribution.uuid_at(p_time timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT (lpad(to_hex(floor(extract(epoch FROM p_time) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Which months (UTC) of ids can be stored. `detached_at`: the partition is a table of its own now, maybe elsewhere
-- (0005_archive.sql); `movement_archived` keeps what it adds up to.
CREATE TABLE distribution.movement_partition (
  month date CONSTRAINT movement_partition_pkey PRIMARY KEY
    CONSTRAINT movement_partition_month_check CHECK (extract(day FROM month) = 1),
  detached_at timestamptz,
  movement_count bigint,
  digest text,
  last_posted_at timestamptz,
  CONSTRAINT movement_partition_detached_check
    CHECK (num_nulls(detached_at, movement_count, digest) IN (0, 3)),
  CONSTRAINT movement_partition_posted_check
    CHECK (CASE WHEN detached_at IS NULL THEN last_posted_at IS NULL
                ELSE (last_posted_at IS NOT NULL) = (movement_count > 0) END)
);
COMMENT ON COLUMN distribution.movement_partition.last_posted_at IS
  'Of what was detached: what was posted later is all still attached.';

-- What the movements of a detached partition add up to, for each account.
CREATE TABLE distribution.movement_archived (
  month date NOT NULL CONSTRAINT movement_archived_partition_fkey REFERENCES distribution.movement_partition,
  account_id bigint NOT NULL,
  on_hand bigint NOT NULL,
  reserved bigint NOT NULL,
  piece_used boolean NOT NULL,
  senders text[],
  CONSTRAINT movement_archived_pkey PRIMARY KEY (month, account_id)
);
COMMENT ON COLUMN distribution.movement_archived.piece_used IS 'The piece of the account was used up in the month.';
COMMENT ON COLUMN distribution.movement_archived.senders IS 'Who sent goods into the account, of goods in transit.';
CREATE INDEX movement_archived_piece ON distribution.movement_archived (account_id) WHERE piece_used;
CREATE INDEX movement_archived_senders ON distribution.movement_archived (account_id) WHERE senders IS NOT NULL;
CREATE TRIGGER movement_archived_final BEFORE UPDATE OR DELETE OR TRUNCATE ON distribution.movement_archived
  FOR EACH STATEMENT EXECUTE FUNCTION distribution.refuse_change();
CREATE TRIGGER movement_partition_final BEFORE UPDATE ON distribution.movement_partition
  FOR EACH ROW WHEN (OLD.detached_at IS NOT NULL) EXECUTE FUNCTION distribution.refuse_change();
CREATE TRIGGER movement_partition_kept BEFORE DELETE OR TRUNCATE ON distribution.movement_partition
  FOR EACH STATEMENT EXECUTE FUNCTION distribution.refuse_change();

-- How far the watch has come (one row, or none before its first round): the chains of all movements up to a number were
-- walked, which was the last one at `walked_at`; everything was proved at `proved_at`.
CREATE TABLE distribution.ledger_watch (
  is_only boolean DEFAULT true CONSTRAINT ledger_watch_pkey PRIMARY KEY CONSTRAINT ledger_watch_only_check CHECK (is_only),
  posting_number bigint NOT NULL,
  walked_at timestamptz NOT NULL,
  proved_at timestamptz NOT NULL,
  checked_at timestamptz NOT NULL,
  finding_count int NOT NULL
);

-- Makes the partitions up to the month of p_until that are missing, one month after the other. A new partition is
-- attached and not created in place, so that postings need not wait.
CREATE FUNCTION distribution.ensure_movement_partitions(p_until timestamptz) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
  v_month timestamp;
  v_name text;
  v_made int := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(7319, 2);
  SELECT max(month) + interval '1 month' INTO v_month FROM distribution.movement_partition;
  v_month := coalesce(v_month, timestamp '2026-01-01');
  WHILE v_month <= (p_until AT TIME ZONE 'UTC') LOOP
    v_name := 'movement_' || to_char(v_month, 'YYYY_MM');
    EXECUTE format('CREATE TABLE distribution.%I (LIKE distribution.movement INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', v_name);
    EXECUTE format('ALTER TABLE distribution.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', v_name);
    -- Through the table above it its own policy counts; this one is for the archive.
    EXECUTE format('CREATE POLICY movement_scope ON distribution.%I USING (scope.sees_all())', v_name);
    EXECUTE format('ALTER TABLE distribution.movement ATTACH PARTITION distribution.%I FOR VALUES FROM (%L) TO (%L)', v_name,
                   distribution.uuid_at(v_month AT TIME ZONE 'UTC'),
                   distribution.uuid_at((v_month + interval '1 month') AT TIME ZONE 'UTC'));
    EXECUTE format('CREATE TRIGGER movement_no_truncate BEFORE TRUNCATE ON distribution.%I
                    FOR EACH STATEMENT EXECUTE FUNCTION distribution.refuse_change()', v_name);
    INSERT INTO distribution.movement_partition (month) VALUES (v_month::date);
    v_month := v_month + interval '1 month';
    v_made := v_made + 1;
  END LOOP;
  RETURN v_made;
END $$;
REVOKE EXECUTE ON FUNCTION distribution.ensure_movement_partitions(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION distribution.ensure_movement_partitions(timestamptz) TO qingqu_distribution;

-- Goods of an account that are held for somebody. Its id is that of the movement that made it.
CREATE TABLE distribution.reservation (
  reservation_id uuid CONSTRAINT reservation_pkey PRIMARY KEY,
  account_id bigint NOT NULL CONSTRAINT reservation_account_fkey REFERENCES distribution.account,
  quantity bigint NOT NULL CONSTRAINT reservation_quantity_check CHECK (quantity > 0),
  open_quantity bigint NOT NULL,
  posted_quantity bigint NOT NULL DEFAULT 0,
  state text NOT NULL DEFAULT 'open' CONSTRAINT reservation_state_check
    CHECK (state IN ('open', 'posted', 'voided', 'expired')),
  expires_at timestamptz NOT NULL,
  actor_id text NOT NULL,
  document text,
  created_at timestamptz NOT NULL,
  alliance_id text NOT NULL,
  institution_id text,
  department_id text,
  CONSTRAINT reservation_open_check CHECK (open_quantity BETWEEN 0 AND quantity AND (open_quantity > 0) = (state = 'open')),
  CONSTRAINT reservation_posted_check CHECK (posted_quantity BETWEEN 0 AND quantity - open_quantity)
);
CREATE INDEX reservation_expiry ON distribution.reservation (expires_at) WHERE state = 'open';
CREATE INDEX reservation_account ON distribution.reservation (account_id) WHERE state = 'open';

-- Each movement is reversed once.
CREATE TABLE distribution.reversal (
  original_id uuid CONSTRAINT reversal_pkey PRIMARY KEY,
  movement_id uuid NOT NULL
);

-- Months of a holder of goods that are closed: nothing takes effect in them any more. Months are the county's.
CREATE TABLE distribution.period (
  holder text NOT NULL CONSTRAINT period_holder_check CHECK (holder ~ '^(alliances|institutions)/.'),
  month date NOT NULL CONSTRAINT period_month_check CHECK (extract(day FROM month) = 1),
  ends_at timestamptz NOT NULL,
  closed_at timestamptz NOT NULL,
  closed_by text NOT NULL,
  alliance_id text NOT NULL,
  institution_id text,
  CONSTRAINT period_pkey PRIMARY KEY (holder, month)
);
CREATE TRIGGER period_immutable BEFORE UPDATE OR DELETE ON distribution.period
  FOR EACH ROW EXECUTE FUNCTION distribution.refuse_change();

-- Closed months whose balances are written, also where nothing was held.
CREATE TABLE distribution.period_reckoned (
  holder text NOT NULL,
  month date NOT NULL,
  CONSTRAINT period_reckoned_pkey PRIMARY KEY (holder, month),
  CONSTRAINT period_reckoned_period_fkey FOREIGN KEY (holder, month) REFERENCES distribution.period
);

CREATE TABLE distribution.period_balance (
  holder text NOT NULL,
  month date NOT NULL,
  account_id bigint NOT NULL CONSTRAINT period_balance_account_fkey REFERENCES distribution.account,
  opening bigint NOT NULL,
  received bigint NOT NULL,
  issued bigint NOT NULL,
  closing bigint NOT NULL,
  alliance_id text NOT NULL,
  institution_id text,
  CONSTRAINT period_balance_pkey PRIMARY KEY (holder, month, account_id),
  CONSTRAINT period_balance_period_fkey FOREIGN KEY (holder, month) REFERENCES distribution.period,
  CONSTRAINT period_balance_check CHECK (opening + received - issued = closing AND received >= 0 AND issued >= 0)
);
CREATE TRIGGER period_balance_immutable BEFORE UPDATE OR DELETE ON distribution.period_balance
  FOR EACH ROW EXECUTE FUNCTION distribution.refuse_change();

-- The last line of defence for what the service checks: nothing takes effect in a month that the holder of the goods has
-- closed. Of movements that take effect after all closed months, as nearly all do, no account is looked up. Accounts that the
-- caller does not see are left to the service.
CREATE FUNCTION distribution.refuse_closed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_closed_until timestamptz := (SELECT max(ends_at) FROM distribution.period);
  v_holder text;
BEGIN
  IF v_closed_until IS NULL OR NOT EXISTS (SELECT FROM posted WHERE effective_at < v_closed_until) THEN
    RETURN NULL;
  END IF;
  SELECT period.holder INTO v_holder
  FROM posted
  JOIN distribution.account ON account.account_id IN (posted.debit_account_id, posted.credit_account_id)
  JOIN distribution.location ON location.location_id = account.location_id
  JOIN distribution.period ON period.holder = CASE location.kind WHEN 'central_store' THEN 'alliances/' || location.alliance_id
                                                                 ELSE 'institutions/' || location.institution_id END
  WHERE posted.effective_at < v_closed_until AND posted.moved > 0 AND account.kind = 'stock'
    AND posted.effective_at < period.ends_at
  LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'a movement takes effect in a month that % has closed', v_holder
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER movement_not_in_closed AFTER INSERT ON distribution.movement
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION distribution.refuse_closed();

-- Of movements the entry is demanded when they are written, once for each statement, and not at the commit for each row.
SELECT journal.guard('distribution.reservation'), journal.guard('distribution.reversal'), journal.guard('distribution.period');

-- Which months are closed every posting has to know; the lists show the caller's own (distribution.sees).
SELECT scope.protect('distribution.reservation', scope.holder_rule() || ' OR ' || scope.department_rule()),
       scope.protect('distribution.period_balance', scope.holder_rule()),
       scope.protect('distribution.movement', scope.holder_rule('from_institution_id') || ' OR '
                                              || scope.holder_rule('to_institution_id') || ' OR '
                                              || scope.department_rule('from_department_id') || ' OR '
                                              || scope.department_rule('to_department_id'));

SELECT distribution.ensure_movement_partitions(now() + interval '13 months');

GRANT USAGE ON SEQUENCE distribution.posting_number TO qingqu_distribution;
GRANT SELECT, INSERT ON distribution.movement, distribution.reversal, distribution.period, distribution.period_balance,
  distribution.period_reckoned TO qingqu_distribution;
GRANT SELECT ON SEQUENCE distribution.posting_number TO qingqu_distribution;
GRANT SELECT, INSERT, UPDATE ON distribution.ledger_watch TO qingqu_distribution;
GRANT SELECT ON distribution.movement_partition, distribution.movement_archived TO qingqu_distribution;
GRANT SELECT, INSERT, UPDATE (open_quantity, posted_quantity, state) ON distribution.reservation TO qingqu_distribution;
