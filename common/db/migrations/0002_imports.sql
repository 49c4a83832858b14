-- The bookkeeping of imports that arrive in batches; common/db/import_session.h says how it is used.

-- Gives the schema of a service the tables import, import_batch and import_mark.
CREATE FUNCTION journal.make_import_tables(p_area text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TABLE %1$I.import (
    import_number bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT import_pkey PRIMARY KEY,
    import_id text NOT NULL CONSTRAINT import_import_id_key UNIQUE,
    kind text NOT NULL,
    source text NOT NULL,
    owner_id text NOT NULL,
    all_or_nothing boolean NOT NULL,
    next_batch bigint NOT NULL DEFAULT 0,
    read_count bigint NOT NULL DEFAULT 0,
    rejected_count bigint NOT NULL DEFAULT 0,
    imported_count bigint NOT NULL DEFAULT 0,
    unchanged_count bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    touched_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT import_counts_check CHECK (
      next_batch >= 0 AND rejected_count BETWEEN 0 AND read_count AND imported_count >= 0 AND unchanged_count >= 0
      AND (finished_at IS NULL AND imported_count = 0 AND unchanged_count = 0
           OR finished_at IS NOT NULL AND read_count = imported_count + unchanged_count + rejected_count)))', p_area);
  EXECUTE format('CREATE INDEX import_touched ON %1$I.import (touched_at)', p_area);
  EXECUTE format('CREATE TABLE %1$I.import_batch (
    import_number bigint NOT NULL CONSTRAINT import_batch_import_fkey REFERENCES %1$I.import,
    batch_number bigint NOT NULL,
    request_hash text NOT NULL,
    response bytea NOT NULL,
    CONSTRAINT import_batch_pkey PRIMARY KEY (import_number, batch_number))', p_area);
  -- Unlogged like the staging tables beside it: a crash of PostgreSQL empties them all together, so that a missing mark
  -- tells of lost rows.
  EXECUTE format('CREATE UNLOGGED TABLE %1$I.import_mark (
    import_number bigint CONSTRAINT import_mark_pkey PRIMARY KEY)', p_area);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %1$I.import TO %2$I', p_area, 'qingqu_' || p_area);
  EXECUTE format('GRANT SELECT, INSERT, DELETE ON %1$I.import_batch, %1$I.import_mark TO %2$I', p_area, 'qingqu_' || p_area);
  EXECUTE format('ALTER TABLE %1$I.import ENABLE ROW LEVEL SECURITY', p_area);
  EXECUTE format('ALTER TABLE %1$I.import FORCE ROW LEVEL SECURITY', p_area);
  -- An import is its owner's; whoever opens one tidies up after all.
  EXECUTE format('CREATE POLICY import_owner ON %1$I.import
    USING (owner_id = current_setting(''qingqu.user'', true))', p_area);
  EXECUTE format('CREATE POLICY import_stale ON %1$I.import FOR SELECT
    USING (touched_at < now() - interval ''1 day'')', p_area);
  EXECUTE format('CREATE CONSTRAINT TRIGGER journal_entry_required AFTER UPDATE ON %1$I.import
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.finished_at IS NOT NULL)
    EXECUTE FUNCTION journal.require_entry()', p_area);
END $$;
REVOKE EXECUTE ON FUNCTION journal.make_import_tables(text) FROM PUBLIC;
