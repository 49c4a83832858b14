-- Stock that was moved before a measurement, set by set. psql variables: `lots`, one pair of accounts each, and
-- `movements`, how many there are in the end, at least one for each lot; the temporary table bench_lot_id (n, lot_id) says
-- what the lots are called. Lot n (from 0) is number L(n % 10) of the item bench-(n / 10 + 1). It lies in
-- bench-store-(n / 10 % 10), account n + 1, and is issued to the ward of the same number, account lots + n + 1; account
-- 2 lots + n + 1 is the adjustment that it came from. There are no other accounts yet. First comes one opening balance for
-- each lot, then the lots are issued in turn, one unit at a time, so that every balance and every `*_after` is known
-- beforehand and the ledger check finds nothing.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL session_replication_role = replica;
SET LOCAL maintenance_work_mem = '512MB';
SET LOCAL client_min_messages = warning;

INSERT INTO identity.department (department_id, institution_id, alliance_id, display_name, created_at)
  SELECT 'bench-ward-' || n, 'people-hospital', 'east', 'ward ' || n, now() FROM generate_series(0, 9) AS n;
INSERT INTO distribution.location (location_id, kind, alliance_id, institution_id, department_id, parent_location_id,
                                   display_name, created_at)
  SELECT 'bench-store-' || n, 'institution_store', 'east', 'people-hospital', NULL, 'east-central-store', 'store ' || n, now()
  FROM generate_series(0, 9) AS n
  UNION ALL
  SELECT 'bench-ward-' || n, 'department', 'east', 'people-hospital', 'bench-ward-' || n, 'bench-store-' || n, 'ward ' || n, now()
  FROM generate_series(0, 9) AS n
  UNION ALL
  SELECT 'contra/adjustment/people-hospital', 'adjustment', 'east', 'people-hospital', NULL, NULL,
         'contra/adjustment/people-hospital', now()
  ON CONFLICT DO NOTHING;
INSERT INTO distribution.lot (lot_id, item_id, lot_number, expiry_date)
  SELECT lot_id, 'bench-' || n / 10 + 1, 'L' || n % 10, current_date + 400 + n % 300 FROM bench_lot_id;

-- What each lot has been moved: `movements` less the opening balances, dealt out in turn.
CREATE TEMP TABLE bench_lot ON COMMIT DROP AS
  SELECT n, n + 1 AS store_account_id, :lots + n + 1 AS ward_account_id, 2 * :lots + n + 1 AS adjustment_account_id,
         'bench-store-' || n / 10 % 10 AS store_id, 'bench-ward-' || n / 10 % 10 AS ward_id, 'bench-' || n / 10 + 1 AS item_id, lot_id,
         greatest(0, (:movements - :lots - n + :lots - 1) / :lots) AS issued,
         -- 200 days, hence several partitions, when there are ten million.
         now() - :movements * interval '1.728 seconds' - interval '1 hour' AS opened_at
  FROM bench_lot_id;
CREATE TEMP TABLE bench_total ON COMMIT DROP AS
  SELECT 1000000000::bigint AS opening, greatest(:movements - :lots, 0) AS issues,
         :movements * interval '1.728 seconds' / greatest(:movements - :lots, 1) AS step;

INSERT INTO distribution.account (account_id, kind, location_id, item_id, lot_id, serial, owner, on_hand, changed_at, alliance_id,
                                  institution_id)
  OVERRIDING SYSTEM VALUE
  SELECT side.account_id, side.kind, side.location_id, item_id, lot_id, '', 'institutions/people-hospital', side.on_hand,
         now() - interval '1 minute', 'east', 'people-hospital'
  FROM bench_lot, bench_total, LATERAL (VALUES
    (store_account_id, 'stock', store_id, opening - issued),
    (ward_account_id, 'stock', ward_id, issued),
    (adjustment_account_id, 'adjustment', 'contra/adjustment/people-hospital', -opening)
  ) AS side (account_id, kind, location_id, on_hand)
  ORDER BY account_id;
SELECT setval(pg_get_serial_sequence('distribution.account', 'account_id'), 3 * :lots) \g /dev/null

-- Filled without indexes, which are made again afterwards as they were.
CREATE TEMP TABLE bench_index ON COMMIT DROP AS
  SELECT format('%I.%I', schemaname, indexname) AS name, replace(indexdef, ' ON ONLY ', ' ON ') AS indexdef
  FROM pg_indexes
  WHERE :movements > 2000000
    AND (schemaname, tablename) IN (('distribution', 'movement'), ('journal', 'entry')) AND indexname NOT LIKE '%\_pkey';
SELECT 'DROP INDEX ' || name FROM bench_index \gexec

-- Movement `number`: 0 to lots - 1 open, those that follow issue. The random bits of the id are a hash of the number.
CREATE FUNCTION pg_temp.bench_id(p_time timestamptz, p_number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
  SELECT (lpad(to_hex(floor(extract(epoch FROM p_time) * 1000)::bigint), 12, '0') || '7'
          || substr(hash, 1, 3) || 'a' || substr(hash, 4, 15))::uuid FROM (SELECT md5(p_number::text) AS hash) AS hashed $$;
INSERT INTO distribution.movement (movement_id, kind, debit_account_id, credit_account_id, quantity, moved, debit_after,
                                   credit_after, effective_at, posted_at, actor_id, alliance_id, from_location_id,
                                   from_institution_id, to_location_id, to_institution_id)
  SELECT pg_temp.bench_id(opened_at, n), 'opening_balance', store_account_id, adjustment_account_id, opening, opening, opening,
         -opening, opened_at, opened_at, 'pharmacist', 'east', 'contra/adjustment/people-hospital', 'people-hospital', store_id,
         'people-hospital'
  FROM bench_lot, bench_total ORDER BY n;
INSERT INTO distribution.movement (movement_id, kind, debit_account_id, credit_account_id, quantity, moved, debit_after,
                                   credit_after, effective_at, posted_at, actor_id, alliance_id, from_location_id,
                                   from_institution_id, to_location_id, to_institution_id)
  SELECT pg_temp.bench_id(opened_at + number * step, :lots + number), 'issue', ward_account_id, store_account_id, 1, 1,
         number / :lots + 1, opening - number / :lots - 1, opened_at + number * step, opened_at + number * step, 'pharmacist',
         'east', store_id, 'people-hospital', ward_id, 'people-hospital'
  FROM bench_total, generate_series(0::bigint, issues - 1) AS number JOIN bench_lot ON n = number % :lots ORDER BY number;
INSERT INTO journal.entry (event, method, resource, subjects, actor_user_id, actor_institution_id, actor_roles, client,
                           institution_id, alliance_id, details, restricted)
  SELECT 'movements.posted', 'qingqu.distribution.v1.LedgerService/PostMovement', 'movements/' || movement_id,
         ARRAY['items/' || item_id, 'items/' || item_id || '/lots/L' || n % 10, 'locations/' || to_location_id,
               'movements/' || movement_id],
         'pharmacist', 'people-hospital', '{hospital_pharmacist}', 'bench', 'people-hospital', 'east',
         jsonb_build_object('movements', jsonb_build_array(jsonb_build_object(
           'movement', 'movements/' || movement_id, 'kind', kind, 'quantity', quantity, 'item', 'items/' || item_id,
           'lot', 'L' || n % 10, 'from', from_location_id, 'to', to_location_id))), '{}'
  FROM distribution.movement JOIN bench_lot ON n = (credit_account_id - 1) % :lots ORDER BY posting_number;
SELECT indexdef FROM bench_index \gexec
COMMIT;
VACUUM ANALYZE distribution.movement;
VACUUM ANALYZE distribution.account, distribution.lot, distribution.location, journal.entry;
CHECKPOINT;
