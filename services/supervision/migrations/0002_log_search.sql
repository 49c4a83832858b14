-- By what entries are found: for each full tile of level 0 what occurs in its 256 entries, hashed. Written after sealing, so
-- that neither a change nor a seal waits for it. Runs as qingqu_owner.
CREATE TABLE supervision.log_terms (
  tile_index bigint CONSTRAINT log_terms_pkey PRIMARY KEY,
  terms int[] NOT NULL
);
-- Questions do not wait for a list of what is to be indexed.
CREATE INDEX log_terms_terms ON supervision.log_terms USING gin (terms) WITH (fastupdate = off);

GRANT SELECT, INSERT ON supervision.log_terms TO qingqu_supervision;
