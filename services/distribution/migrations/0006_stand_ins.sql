-- For whom they did it who acted by a delegation (授权代理): what one sends, or is sent for one, one does not receive.
ALTER TABLE distribution.transfer
  ADD COLUMN sender_for_id text DEFAULT scope.on_behalf_of(),
  ADD COLUMN receiver_for_id text,
  ADD CONSTRAINT transfer_stand_in_check CHECK (
    NOT scope.one_person_behind(receiver_id, receiver_for_id, sender_id, sender_for_id));
GRANT UPDATE (receiver_for_id) ON distribution.transfer TO qingqu_distribution;
