-- For whom they did it who acted by a delegation (授权代理): nobody approves what was proposed for them, nor in the stead of who
-- proposed it.

ALTER TABLE catalog.supplier
  ADD COLUMN proposer_for_id text DEFAULT scope.on_behalf_of(),
  ADD COLUMN approver_for_id text,
  ADD COLUMN reinstatement_proposer_for_id text,
  ADD COLUMN reinstater_for_id text,
  ADD CONSTRAINT supplier_stand_in_check CHECK (
    NOT scope.one_person_behind(approver_id, approver_for_id, proposer_id, proposer_for_id)),
  ADD CONSTRAINT supplier_reinstatement_stand_in_check CHECK (
    NOT scope.one_person_behind(reinstater_id, reinstater_for_id, reinstatement_proposer_id, reinstatement_proposer_for_id));
GRANT UPDATE (approver_for_id, reinstatement_proposer_for_id, reinstater_for_id) ON catalog.supplier TO qingqu_catalog;

ALTER TABLE catalog.item
  ADD COLUMN proposer_for_id text DEFAULT scope.on_behalf_of(),
  ADD COLUMN approver_for_id text,
  ADD COLUMN reinstatement_proposer_for_id text,
  ADD COLUMN reinstater_for_id text,
  ADD CONSTRAINT item_stand_in_check CHECK (
    NOT scope.one_person_behind(approver_id, approver_for_id, proposer_id, proposer_for_id)),
  ADD CONSTRAINT item_reinstatement_stand_in_check CHECK (
    NOT scope.one_person_behind(reinstater_id, reinstater_for_id, reinstatement_proposer_id, reinstatement_proposer_for_id));
GRANT UPDATE (approver_for_id, reinstatement_proposer_for_id, reinstater_for_id) ON catalog.item TO qingqu_catalog;
