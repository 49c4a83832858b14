-- The way back from suspension: one person asks for it, another agrees. Both are kept until the next suspension.

ALTER TABLE catalog.supplier
  ADD COLUMN reinstatement_proposer_id text,
  ADD COLUMN reinstater_id text,
  ADD CONSTRAINT supplier_reinstatement_check CHECK (CASE
    WHEN reinstatement_proposer_id IS NULL THEN reinstater_id IS NULL
    WHEN reinstater_id IS NULL THEN state = 'suspended'
    ELSE state = 'approved' END),
  ADD CONSTRAINT supplier_reinstatement_same_person_check CHECK (reinstater_id <> reinstatement_proposer_id);
GRANT UPDATE (reinstatement_proposer_id, reinstater_id) ON catalog.supplier TO qingqu_catalog;

ALTER TABLE catalog.item
  ADD COLUMN reinstatement_proposer_id text,
  ADD COLUMN reinstater_id text,
  ADD CONSTRAINT item_reinstatement_check CHECK (CASE
    WHEN reinstatement_proposer_id IS NULL THEN reinstater_id IS NULL
    WHEN reinstater_id IS NULL THEN state = 'suspended'
    ELSE state = 'approved' END),
  ADD CONSTRAINT item_reinstatement_same_person_check CHECK (reinstater_id <> reinstatement_proposer_id);
GRANT UPDATE (reinstatement_proposer_id, reinstater_id) ON catalog.item TO qingqu_catalog;
