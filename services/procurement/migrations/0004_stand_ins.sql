-- For whom they did it who acted by a delegation (授权代理): the same person does not stand behind two duties.

ALTER TABLE procurement.agreement
  ADD COLUMN proposer_for_id text DEFAULT scope.on_behalf_of(),
  ADD COLUMN approver_for_id text,
  ADD CONSTRAINT agreement_stand_in_check CHECK (
    NOT scope.one_person_behind(approver_id, approver_for_id, proposer_id, proposer_for_id));
ALTER TABLE procurement.requisition
  ADD COLUMN requester_for_id text DEFAULT scope.on_behalf_of(),
  ADD COLUMN approver_for_id text,
  ADD CONSTRAINT requisition_stand_in_check CHECK (
    NOT scope.one_person_behind(approver_id, approver_for_id, requester_id, requester_for_id));
ALTER TABLE procurement.purchase_order ADD COLUMN orderer_for_id text DEFAULT scope.on_behalf_of();

-- As before (0001_buying.sql), and those for whom they did it.
CREATE OR REPLACE FUNCTION procurement.note_order_actors() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO procurement.order_actor (order_id, user_id, role, alliance_id)
  SELECT added.order_id, actor.user_id, actor.role, added.alliance_id
  FROM (SELECT DISTINCT order_id, requisition_id, alliance_id FROM added_line) AS added
  JOIN procurement.purchase_order AS placed ON placed.order_id = added.order_id
  JOIN procurement.requisition AS asked ON asked.requisition_id = added.requisition_id
  CROSS JOIN LATERAL (VALUES (asked.requester_id, 'requester'), (asked.requester_for_id, 'requester'),
                             (asked.approver_id, 'approver'), (asked.approver_for_id, 'approver'),
                             (placed.orderer_id, 'orderer'), (placed.orderer_for_id, 'orderer')) AS actor (user_id, role)
  WHERE actor.user_id IS NOT NULL
  ON CONFLICT ON CONSTRAINT order_actor_pkey DO NOTHING;
  RETURN NULL;
END $$;
