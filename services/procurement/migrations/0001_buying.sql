-- Agreements, requisitions, orders and despatches. Runs as qingqu_owner.
-- Quantities are base units, money is ten-thousandths of a yuan.

-- Constraints below say "the same text, and days that overlap" or "and another number" (trusted since PostgreSQL 13).
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA procurement;

-- Every change of state that a document may make; anything else is refused, whoever asks.
CREATE TABLE procurement.state_transition (
  document text NOT NULL,
  from_state text NOT NULL,
  to_state text NOT NULL,
  CONSTRAINT state_transition_pkey PRIMARY KEY (document, from_state, to_state)
);
INSERT INTO procurement.state_transition (document, from_state, to_state) VALUES
  ('agreement', 'proposed', 'approved'),
  ('requisition', 'submitted', 'approved'),
  ('requisition', 'submitted', 'rejected'),
  ('purchase_order', 'placed', 'accepted'),
  ('purchase_order', 'placed', 'partly_accepted'),
  ('purchase_order', 'placed', 'rejected'),
  ('purchase_order', 'accepted', 'completed'),
  ('purchase_order', 'partly_accepted', 'completed');

CREATE FUNCTION procurement.check_transition() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  IF NEW.state <> OLD.state AND NOT EXISTS (
    SELECT FROM procurement.state_transition
    WHERE document = TG_TABLE_NAME AND from_state = OLD.state AND to_state = NEW.state
  ) THEN
    RAISE EXCEPTION '% may not go from % to %', TG_TABLE_NAME, OLD.state, NEW.state
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE TABLE procurement.agreement (
  agreement_id text CONSTRAINT agreement_pkey PRIMARY KEY,
  alliance_id text NOT NULL,
  supplier_id text NOT NULL,
  item_id text NOT NULL,
  unit_price bigint NOT NULL CONSTRAINT agreement_unit_price_check CHECK (unit_price > 0),
  quantity_ceiling bigint NOT NULL
    CONSTRAINT agreement_quantity_ceiling_check CHECK (quantity_ceiling BETWEEN 1 AND 1000000000000),
  quantity_ordered bigint NOT NULL DEFAULT 0
    CONSTRAINT agreement_quantity_ordered_check CHECK (quantity_ordered BETWEEN 0 AND quantity_ceiling),
  quantity_received bigint NOT NULL DEFAULT 0
    CONSTRAINT agreement_quantity_received_check CHECK (quantity_received BETWEEN 0 AND quantity_ordered),
  start_date date NOT NULL,
  end_date date NOT NULL,
  state text NOT NULL DEFAULT 'proposed' CONSTRAINT agreement_state_check CHECK (state IN ('proposed', 'approved')),
  proposer_id text NOT NULL,
  approver_id text CONSTRAINT agreement_same_person_check CHECK (approver_id <> proposer_id),
  created_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT agreement_period_check CHECK (start_date <= end_date),
  CONSTRAINT agreement_value_check CHECK (unit_price::numeric * quantity_ceiling <= 9223372036854775807),
  CONSTRAINT agreement_approver_check CHECK ((state = 'approved') = (approver_id IS NOT NULL)),
  CONSTRAINT agreement_unapproved_check CHECK (state = 'approved' OR quantity_ordered = 0),
  CONSTRAINT agreement_parties_key UNIQUE (agreement_id, alliance_id, supplier_id, item_id),
  -- The item first, because it tells most apart.
  CONSTRAINT agreement_overlap_excl EXCLUDE USING gist (
    item_id WITH =, supplier_id WITH =, alliance_id WITH =, daterange(start_date, end_date, '[]') WITH &&
  ) WHERE (state = 'approved')
) WITH (fillfactor = 50);
COMMENT ON TABLE procurement.agreement IS 'Half of each page is left free, so that counting touches no index (heap-only tuples).';
CREATE INDEX agreement_item ON procurement.agreement (alliance_id, supplier_id, item_id);

CREATE TABLE procurement.requisition (
  requisition_id text CONSTRAINT requisition_pkey PRIMARY KEY,
  department_id text NOT NULL,
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  state text NOT NULL DEFAULT 'submitted'
    CONSTRAINT requisition_state_check CHECK (state IN ('submitted', 'approved', 'rejected')),
  requester_id text NOT NULL,
  approver_id text CONSTRAINT requisition_same_person_check CHECK (approver_id <> requester_id),
  rejection_reason text NOT NULL DEFAULT ''
    CONSTRAINT requisition_rejection_reason_check CHECK (char_length(rejection_reason) <= 500),
  line_count int NOT NULL CONSTRAINT requisition_line_count_check CHECK (line_count BETWEEN 1 AND 5000),
  created_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT requisition_approver_check CHECK ((state = 'submitted') = (approver_id IS NULL)),
  CONSTRAINT requisition_rejected_check CHECK ((state = 'rejected') = (rejection_reason <> '')),
  CONSTRAINT requisition_owner_key UNIQUE (requisition_id, department_id, institution_id, alliance_id)
);
COMMENT ON COLUMN procurement.requisition.approver_id IS 'Who decided, also when the decision was a refusal.';
CREATE INDEX requisition_newest ON procurement.requisition (created_at, requisition_id);
CREATE INDEX requisition_newest_of_department ON procurement.requisition (department_id, created_at, requisition_id);

CREATE TABLE procurement.requisition_line (
  requisition_id text NOT NULL,
  line_number int NOT NULL CONSTRAINT requisition_line_number_check CHECK (line_number BETWEEN 1 AND 5000),
  item_id text NOT NULL,
  quantity_requested bigint NOT NULL
    CONSTRAINT requisition_line_quantity_requested_check CHECK (quantity_requested BETWEEN 1 AND 1000000000000),
  quantity_approved bigint NOT NULL DEFAULT 0
    CONSTRAINT requisition_line_quantity_approved_check CHECK (quantity_approved BETWEEN 0 AND quantity_requested),
  quantity_ordered bigint NOT NULL DEFAULT 0
    CONSTRAINT requisition_line_quantity_ordered_check CHECK (quantity_ordered BETWEEN 0 AND quantity_approved),
  department_id text NOT NULL,
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  CONSTRAINT requisition_line_pkey PRIMARY KEY (requisition_id, line_number),
  CONSTRAINT requisition_line_item_key UNIQUE (requisition_id, item_id),
  CONSTRAINT requisition_line_requisition_fkey FOREIGN KEY (requisition_id, department_id, institution_id, alliance_id)
    REFERENCES procurement.requisition (requisition_id, department_id, institution_id, alliance_id)
) WITH (fillfactor = 50);

CREATE TABLE procurement.purchase_order (
  order_id text CONSTRAINT purchase_order_pkey PRIMARY KEY,
  alliance_id text NOT NULL,
  supplier_id text NOT NULL,
  deliver_to_location_id text NOT NULL,
  state text NOT NULL DEFAULT 'placed' CONSTRAINT purchase_order_state_check
    CHECK (state IN ('placed', 'accepted', 'partly_accepted', 'rejected', 'completed')),
  total_amount bigint NOT NULL CONSTRAINT purchase_order_total_amount_check CHECK (total_amount > 0),
  orderer_id text NOT NULL,
  line_count int NOT NULL CONSTRAINT purchase_order_line_count_check CHECK (line_count BETWEEN 1 AND 5000),
  created_at timestamptz NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT purchase_order_parties_key UNIQUE (order_id, alliance_id, supplier_id)
);
CREATE INDEX purchase_order_newest ON procurement.purchase_order (created_at, order_id);
CREATE INDEX purchase_order_supplier ON procurement.purchase_order (supplier_id, created_at, order_id);

CREATE TABLE procurement.order_line (
  order_id text NOT NULL,
  line_number int NOT NULL CONSTRAINT order_line_number_check CHECK (line_number BETWEEN 1 AND 5000),
  requisition_id text NOT NULL,
  requisition_line_number int NOT NULL,
  item_id text NOT NULL,
  agreement_id text NOT NULL,
  quantity_ordered bigint NOT NULL CONSTRAINT order_line_quantity_ordered_check CHECK (quantity_ordered > 0),
  unit_price bigint NOT NULL CONSTRAINT order_line_unit_price_check CHECK (unit_price > 0),
  amount bigint NOT NULL CONSTRAINT order_line_amount_check CHECK (amount = unit_price::numeric * quantity_ordered),
  quantity_accepted bigint NOT NULL DEFAULT 0
    CONSTRAINT order_line_quantity_accepted_check CHECK (quantity_accepted BETWEEN 0 AND quantity_ordered),
  response_reason text NOT NULL DEFAULT ''
    CONSTRAINT order_line_response_reason_check CHECK (char_length(response_reason) <= 200),
  quantity_despatched bigint NOT NULL DEFAULT 0
    CONSTRAINT order_line_quantity_despatched_check CHECK (quantity_despatched BETWEEN 0 AND quantity_accepted),
  quantity_received bigint NOT NULL DEFAULT 0,
  quantity_rejected bigint NOT NULL DEFAULT 0,
  alliance_id text NOT NULL,
  supplier_id text NOT NULL,
  CONSTRAINT order_line_pkey PRIMARY KEY (order_id, line_number),
  CONSTRAINT order_line_quantity_received_check CHECK (
    quantity_received >= 0 AND quantity_rejected >= 0
    AND quantity_received <= quantity_despatched - quantity_rejected),
  CONSTRAINT order_line_requisition_key UNIQUE (order_id, requisition_id, requisition_line_number),
  CONSTRAINT order_line_item_key UNIQUE (order_id, line_number, item_id),
  CONSTRAINT order_line_order_fkey FOREIGN KEY (order_id, alliance_id, supplier_id)
    REFERENCES procurement.purchase_order (order_id, alliance_id, supplier_id),
  CONSTRAINT order_line_requisition_line_fkey FOREIGN KEY (requisition_id, requisition_line_number)
    REFERENCES procurement.requisition_line (requisition_id, line_number),
  CONSTRAINT order_line_agreement_fkey FOREIGN KEY (agreement_id, alliance_id, supplier_id, item_id)
    REFERENCES procurement.agreement (agreement_id, alliance_id, supplier_id, item_id)
) WITH (fillfactor = 50);

-- Who had a hand in an order. Filled by a trigger, so that it cannot be forgotten; who asked for or approved a line
-- (duty 0) may not be who orders it (duty 1).
CREATE TABLE procurement.order_actor (
  order_id text NOT NULL,
  user_id text NOT NULL,
  role text NOT NULL CONSTRAINT order_actor_role_check CHECK (role IN ('requester', 'approver', 'orderer')),
  duty smallint NOT NULL GENERATED ALWAYS AS (CASE WHEN role = 'orderer' THEN 1 ELSE 0 END) STORED,
  alliance_id text NOT NULL,
  CONSTRAINT order_actor_pkey PRIMARY KEY (order_id, user_id, role),
  CONSTRAINT order_actor_order_fkey FOREIGN KEY (order_id) REFERENCES procurement.purchase_order (order_id),
  CONSTRAINT order_actor_same_person_excl EXCLUDE USING gist (order_id WITH =, user_id WITH =, duty WITH <>)
);

CREATE FUNCTION procurement.note_order_actors() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
  INSERT INTO procurement.order_actor (order_id, user_id, role, alliance_id)
  SELECT added.order_id, actor.user_id, actor.role, added.alliance_id
  FROM (SELECT DISTINCT order_id, requisition_id, alliance_id FROM added_line) AS added
  JOIN procurement.purchase_order AS placed ON placed.order_id = added.order_id
  JOIN procurement.requisition AS asked ON asked.requisition_id = added.requisition_id
  CROSS JOIN LATERAL (VALUES (asked.requester_id, 'requester'), (asked.approver_id, 'approver'),
                             (placed.orderer_id, 'orderer')) AS actor (user_id, role)
  ON CONFLICT ON CONSTRAINT order_actor_pkey DO NOTHING;
  RETURN NULL;
END $$;

CREATE TRIGGER order_line_actors AFTER INSERT ON procurement.order_line
  REFERENCING NEW TABLE AS added_line FOR EACH STATEMENT EXECUTE FUNCTION procurement.note_order_actors();

-- A lot of an item has one expiry for each supplier: what one announces does not bind another.
CREATE TABLE procurement.lot_expiry (
  supplier_id text NOT NULL,
  item_id text NOT NULL,
  lot text NOT NULL CONSTRAINT lot_expiry_lot_check CHECK (char_length(lot) BETWEEN 1 AND 20),
  expiry_date date NOT NULL,
  CONSTRAINT lot_expiry_pkey PRIMARY KEY (supplier_id, item_id, lot),
  CONSTRAINT lot_expiry_key UNIQUE (supplier_id, item_id, lot, expiry_date)
);

CREATE TABLE procurement.despatch (
  despatch_id text CONSTRAINT despatch_pkey PRIMARY KEY,
  order_id text NOT NULL,
  alliance_id text NOT NULL,
  supplier_id text NOT NULL,
  deliver_to_location_id text NOT NULL,
  tracking_number text NOT NULL
    CONSTRAINT despatch_tracking_number_check CHECK (char_length(tracking_number) <= 100),
  line_count int NOT NULL CONSTRAINT despatch_line_count_check CHECK (line_count BETWEEN 1 AND 5000),
  created_at timestamptz NOT NULL,
  CONSTRAINT despatch_parties_key UNIQUE (despatch_id, order_id, alliance_id, supplier_id),
  CONSTRAINT despatch_order_fkey FOREIGN KEY (order_id, alliance_id, supplier_id)
    REFERENCES procurement.purchase_order (order_id, alliance_id, supplier_id)
);
CREATE INDEX despatch_newest ON procurement.despatch (created_at, despatch_id);
CREATE INDEX despatch_order ON procurement.despatch (order_id);

CREATE TABLE procurement.despatch_line (
  despatch_id text NOT NULL,
  line_number int NOT NULL CONSTRAINT despatch_line_number_check CHECK (line_number BETWEEN 1 AND 5000),
  order_id text NOT NULL,
  order_line_number int NOT NULL,
  item_id text NOT NULL,
  quantity bigint NOT NULL
    CONSTRAINT despatch_line_quantity_check CHECK (quantity BETWEEN 1 AND 1000000000000),
  lot text CONSTRAINT despatch_line_lot_check CHECK (char_length(lot) BETWEEN 1 AND 20),
  expiry_date date,
  manufacture_date date,
  alliance_id text NOT NULL,
  supplier_id text NOT NULL,
  CONSTRAINT despatch_line_pkey PRIMARY KEY (despatch_id, line_number),
  CONSTRAINT despatch_line_dates_check CHECK (manufacture_date <= expiry_date),
  CONSTRAINT despatch_line_item_key UNIQUE (despatch_id, line_number, item_id),
  CONSTRAINT despatch_line_despatch_fkey FOREIGN KEY (despatch_id, order_id, alliance_id, supplier_id)
    REFERENCES procurement.despatch (despatch_id, order_id, alliance_id, supplier_id),
  CONSTRAINT despatch_line_order_line_fkey FOREIGN KEY (order_id, order_line_number, item_id)
    REFERENCES procurement.order_line (order_id, line_number, item_id),
  CONSTRAINT despatch_line_lot_expiry_fkey FOREIGN KEY (supplier_id, item_id, lot, expiry_date)
    REFERENCES procurement.lot_expiry (supplier_id, item_id, lot, expiry_date)
);
COMMENT ON COLUMN procurement.despatch_line.lot IS 'NULL when the goods have none.';

CREATE TABLE procurement.despatch_serial (
  item_id text NOT NULL,
  serial text NOT NULL CONSTRAINT despatch_serial_serial_check CHECK (char_length(serial) BETWEEN 1 AND 20),
  despatch_id text NOT NULL,
  line_number int NOT NULL,
  alliance_id text NOT NULL,
  supplier_id text NOT NULL,
  CONSTRAINT despatch_serial_pkey PRIMARY KEY (item_id, serial),
  CONSTRAINT despatch_serial_line_fkey FOREIGN KEY (despatch_id, line_number, item_id)
    REFERENCES procurement.despatch_line (despatch_id, line_number, item_id)
);
CREATE INDEX despatch_serial_line ON procurement.despatch_serial (despatch_id, line_number);

-- Journal entries that order_progress could not apply, kept for a person to look at.
CREATE TABLE procurement.unapplied_entry (
  sequence bigint CONSTRAINT unapplied_entry_pkey PRIMARY KEY,
  event text NOT NULL,
  resource text NOT NULL,
  details jsonb NOT NULL,
  problem text NOT NULL,
  noted_at timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER agreement_transition BEFORE UPDATE OF state ON procurement.agreement
  FOR EACH ROW EXECUTE FUNCTION procurement.check_transition();
CREATE TRIGGER requisition_transition BEFORE UPDATE OF state ON procurement.requisition
  FOR EACH ROW EXECUTE FUNCTION procurement.check_transition();
CREATE TRIGGER purchase_order_transition BEFORE UPDATE OF state ON procurement.purchase_order
  FOR EACH ROW EXECUTE FUNCTION procurement.check_transition();

SELECT journal.guard('procurement.agreement');
SELECT journal.guard('procurement.requisition');
SELECT journal.guard('procurement.purchase_order');
SELECT journal.guard('procurement.despatch');

-- What an alliance does as one buyer is seen by its institutions and by the supplier concerned.
SELECT scope.protect('procurement.' || name, scope.alliance_rule() || ' OR ' || scope.supplier_rule())
FROM unnest('{agreement, purchase_order, order_line, despatch, despatch_line, despatch_serial}'::text[]) AS name;
SELECT scope.protect('procurement.' || name, scope.institution_rule() || ' OR ' || scope.department_rule())
FROM unnest('{requisition, requisition_line}'::text[]) AS name;
SELECT scope.protect('procurement.lot_expiry', scope.supplier_rule());
-- Never shown to suppliers: it tells which wards asked.
SELECT scope.protect('procurement.order_actor', scope.alliance_rule());

GRANT SELECT, INSERT, UPDATE ON procurement.agreement, procurement.requisition, procurement.requisition_line,
  procurement.purchase_order, procurement.order_line TO qingqu_procurement;
GRANT SELECT, INSERT ON procurement.lot_expiry, procurement.despatch, procurement.despatch_line,
  procurement.despatch_serial, procurement.unapplied_entry TO qingqu_procurement;
GRANT SELECT ON procurement.order_actor, procurement.state_transition TO qingqu_procurement;

CREATE VIEW procurement_pub.despatch AS
  SELECT despatch_id, order_id, supplier_id, alliance_id, deliver_to_location_id, created_at
  FROM procurement.despatch;
CREATE VIEW procurement_pub.despatch_line AS
  SELECT despatch_id, line_number, order_line_number, item_id, quantity, coalesce(lot, '') AS lot, expiry_date,
         manufacture_date, supplier_id, alliance_id
  FROM procurement.despatch_line;
CREATE VIEW procurement_pub.despatch_serial AS
  SELECT despatch_id, line_number, item_id, serial, supplier_id, alliance_id
  FROM procurement.despatch_serial;
CREATE VIEW procurement_pub.order_actor AS
  SELECT order_id, user_id, role
  FROM procurement.order_actor;
GRANT SELECT ON ALL TABLES IN SCHEMA procurement_pub TO qingqu_services;
