-- Items that were in the catalogue twice: which one became which, who said so and why.

CREATE TABLE catalog.item_merge (
  merge_id text CONSTRAINT item_merge_pkey PRIMARY KEY,
  item_id text NOT NULL CONSTRAINT item_merge_item_fkey REFERENCES catalog.item,
  into_item_id text NOT NULL CONSTRAINT item_merge_into_item_fkey REFERENCES catalog.item,
  base_units bigint NOT NULL,
  reason text NOT NULL,
  state text NOT NULL DEFAULT 'proposed',
  proposer_id text NOT NULL,
  proposer_for_id text DEFAULT scope.on_behalf_of(),
  decider_id text,
  decider_for_id text,
  repointed_count bigint NOT NULL DEFAULT 0,
  -- What the other item got: entries on lists, prices, authorisations; and prices that it did not get whole.
  listed_count bigint NOT NULL DEFAULT 0,
  priced_count bigint NOT NULL DEFAULT 0,
  authorised_count bigint NOT NULL DEFAULT 0,
  left_price_ids text[] NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT item_merge_two_items_check CHECK (item_id <> into_item_id),
  CONSTRAINT item_merge_base_units_check CHECK (base_units BETWEEN 1 AND 1000000),
  CONSTRAINT item_merge_reason_check CHECK (char_length(reason) BETWEEN 1 AND 500),
  CONSTRAINT item_merge_state_check CHECK (state IN ('proposed', 'approved', 'rejected')),
  CONSTRAINT item_merge_decider_check CHECK ((state = 'proposed') = (decider_id IS NULL)),
  CONSTRAINT item_merge_same_person_check CHECK (
    state <> 'approved'
    OR (decider_id <> proposer_id AND NOT scope.one_person_behind(decider_id, decider_for_id, proposer_id, proposer_for_id))),
  CONSTRAINT item_merge_version_check CHECK (version >= 1),
  CONSTRAINT item_merge_counts_check CHECK (
    least(repointed_count, listed_count, priced_count, authorised_count) >= 0 AND cardinality(left_price_ids) <= 100)
);
-- An item becomes one other, once.
CREATE UNIQUE INDEX item_merge_open ON catalog.item_merge (item_id) WHERE state IN ('proposed', 'approved');
CREATE INDEX item_merge_into ON catalog.item_merge (into_item_id);
SELECT journal.guard('catalog.item_merge');
GRANT SELECT, INSERT, UPDATE (state, decider_id, decider_for_id, repointed_count, listed_count, priced_count, authorised_count, left_price_ids,
                              updated_at, version) ON catalog.item_merge TO qingqu_catalog;

-- What a merged item is in the end, and how many of its base units one of the merged one's is; no row when it is still itself. It goes no
-- further than what local codes may count (UNIT_FACTOR_TOO_LARGE).
CREATE FUNCTION catalog.item_became(p_item text) RETURNS TABLE (item_id text, base_units bigint) LANGUAGE sql STABLE AS $$
  WITH RECURSIVE step AS (
    SELECT merge.into_item_id, merge.base_units, 1 AS depth
    FROM catalog.item_merge AS merge WHERE merge.item_id = p_item AND merge.state = 'approved'
    UNION ALL
    SELECT merge.into_item_id, step.base_units * merge.base_units, step.depth + 1
    FROM step
    JOIN catalog.item_merge AS merge ON merge.item_id = step.into_item_id AND merge.state = 'approved'
    WHERE step.base_units * merge.base_units <= 1000000000
  )
  SELECT step.into_item_id, step.base_units FROM step ORDER BY step.depth DESC LIMIT 1
$$;

-- What became another item does not come back.
CREATE FUNCTION catalog.refuse_merged_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM catalog.item_merge WHERE item_id = NEW.item_id AND state = 'approved') THEN
    RAISE EXCEPTION 'item % was merged into another', NEW.item_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER item_merged BEFORE UPDATE OF state ON catalog.item
  FOR EACH ROW WHEN (NEW.state = 'approved' AND OLD.state <> 'approved') EXECUTE FUNCTION catalog.refuse_merged_item();
