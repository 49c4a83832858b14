-- The sealed journal: a Merkle log (RFC 6962) of journal.entry. Runs as qingqu_owner. A leaf's index is the rank of its entry
-- by (transaction_id, sequence), so no row maps one to the other.

-- Hashes in tiles of 256 (c2sp.org/tlog-tiles); the last one of each level grows until it is full, and then never changes.
CREATE TABLE supervision.log_tile (
  level smallint NOT NULL,
  tile_index bigint NOT NULL,
  hashes bytea NOT NULL CONSTRAINT log_tile_hashes_check CHECK (octet_length(hashes) BETWEEN 32 AND 8192
                                                                AND octet_length(hashes) % 32 = 0),
  CONSTRAINT log_tile_pkey PRIMARY KEY (level, tile_index)
);
-- Hashes cannot be compressed.
ALTER TABLE supervision.log_tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

CREATE FUNCTION supervision.keep_tile() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR NEW.level <> OLD.level OR NEW.tile_index <> OLD.tile_index
     OR substring(NEW.hashes FOR octet_length(OLD.hashes)) <> OLD.hashes THEN
    RAISE EXCEPTION 'a tile only grows: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER log_tile_only_grows BEFORE UPDATE OR DELETE ON supervision.log_tile
  FOR EACH ROW EXECUTE FUNCTION supervision.keep_tile();

-- Where each tile of level 0 begins in the journal, and when its entries were written.
CREATE TABLE supervision.log_mark (
  tile_index bigint CONSTRAINT log_mark_pkey PRIMARY KEY,
  transaction_id xid8 NOT NULL,
  sequence bigint NOT NULL,
  written_from_us bigint NOT NULL,  -- the earliest of its entries
  written_to_us bigint NOT NULL     -- the latest of all entries up to its end
);
CREATE UNIQUE INDEX log_mark_position ON supervision.log_mark (transaction_id, sequence);
CREATE INDEX log_mark_written_to ON supervision.log_mark (written_to_us, tile_index);

-- Each checkpoint that was signed, with the place of the last entry in it; old ones are thinned, the last one never.
CREATE TABLE supervision.log_checkpoint (
  tree_size bigint CONSTRAINT log_checkpoint_pkey PRIMARY KEY CONSTRAINT log_checkpoint_size_check CHECK (tree_size > 0),
  root bytea NOT NULL CONSTRAINT log_checkpoint_root_check CHECK (octet_length(root) = 32),
  note text NOT NULL,
  sealed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  transaction_id xid8 NOT NULL,
  sequence bigint NOT NULL
);
CREATE INDEX log_checkpoint_sealed_at ON supervision.log_checkpoint (sealed_at);

GRANT SELECT, INSERT, UPDATE ON supervision.log_tile, supervision.log_mark TO qingqu_supervision;
GRANT SELECT, INSERT, DELETE ON supervision.log_checkpoint TO qingqu_supervision;
