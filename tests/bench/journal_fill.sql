-- A journal of :entries entries over three years, written before the platform starts: what 400 people of 40 hospitals and 60
-- suppliers did with the lots of 10,000 items. psql variables: `entries`. Entry n (from 1) follows from n alone: 12 of 20 are movements, 3
-- uses of a piece, the others receipts, orders, despatches, transfers and questions.
\set ON_ERROR_STOP 1
BEGIN;
SET LOCAL session_replication_role = replica;
SET LOCAL maintenance_work_mem = '1GB';
SET LOCAL client_min_messages = warning;
CREATE TEMP TABLE bench_index ON COMMIT DROP AS
  SELECT format('%I.%I', schemaname, indexname) AS name, indexdef
  FROM pg_indexes WHERE (schemaname, tablename) = ('journal', 'entry') AND indexname NOT LIKE '%\_pkey';
SELECT 'DROP INDEX ' || name FROM bench_index \gexec

-- Spread as if at random, and the same each time.
CREATE FUNCTION pg_temp.pick(p_number bigint, p_salt int, p_below int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT ((hashint8(p_number * 31 + p_salt)::bigint & 2147483647) % p_below)::int $$;

INSERT INTO journal.entry (written_at, event, method, resource, subjects, actor_user_id, actor_institution_id, actor_roles, client,
                           request_id, reason, institution_id, alliance_id, supplier_id, details, restricted, restricted_salt)
SELECT now() - (:entries - n) * (interval '1095 days' / :entries),
       CASE WHEN kind < 12 THEN 'movements.posted' WHEN kind < 15 THEN 'use.recorded'
         ELSE (ARRAY['receipt.posted', 'order.submitted', 'despatch.sent', 'transfer.posted', 'question.asked'])[kind - 14] END,
       'bench', resource,
       ARRAY[resource, item, item || '/lots/L' || lot, 'locations/store-' || hospital],
       'person-' || person, 'hospital-' || hospital, '{hospital_pharmacist}', 'gateway', md5(n::text || 'r')::uuid::text,
       CASE WHEN n % 5000 = 0 THEN '冷链温度超标，退回供应商' WHEN n % 700 = 0 THEN '包装破损' END,
       'hospital-' || hospital, 'east', CASE WHEN kind BETWEEN 15 AND 17 THEN 'supplier-' || pg_temp.pick(n, 5, 60) END,
       CASE WHEN kind BETWEEN 12 AND 14
         THEN jsonb_build_object('item', item, 'lot', 'L' || lot, 'name', '一次性使用静脉留置针', 'serial', 'SN' || lpad(n::text, 9, '0'),
                                 'department', '骨科')
         ELSE jsonb_build_object('movements', jsonb_build_array(jsonb_build_object(
                'movement', resource, 'kind', 'issue', 'quantity', 1 + n % 50, 'item', item, 'lot', 'L' || lot,
                'from', 'store-' || hospital, 'to', 'ward-' || hospital || '-' || n % 9))) END,
       CASE WHEN kind BETWEEN 12 AND 14 THEN jsonb_build_object('patient', 'p' || md5(n::text)) ELSE '{}' END,
       CASE WHEN kind BETWEEN 12 AND 14 THEN decode(md5(n::text) || md5(n::text || 's'), 'hex') END
FROM (
  SELECT n, kind, person, person % 40 AS hospital, 'items/bench-' || number AS item, number % 7 + n / 20000 AS lot,
         CASE WHEN kind < 12 THEN 'movements/' || md5(n::text)::uuid
           ELSE (ARRAY['uses', 'uses', 'uses', 'receipts', 'orders', 'despatches', 'transfers', 'users'])[kind - 11] || '/'
                || CASE kind WHEN 19 THEN 'person-' || person ELSE 'd' || n / 20 END END AS resource
  FROM (SELECT n, pg_temp.pick(n, 1, 20) AS kind, pg_temp.pick(n, 2, 400) AS person, pg_temp.pick(n, 3, 10000) + 1 AS number
        FROM generate_series(1::bigint, :entries) AS n) AS picked
) AS made;
SELECT indexdef FROM bench_index \gexec
COMMIT;
VACUUM ANALYZE journal.entry;
CHECKPOINT;
