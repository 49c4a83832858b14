-- Locations, the double-entry stock ledger, receipts and transfers. Runs as qingqu_owner. Quantities are base units.

CREATE TABLE distribution.location (
  location_id text CONSTRAINT location_pkey PRIMARY KEY,
  kind text NOT NULL CONSTRAINT location_kind_check
    CHECK (kind IN ('central_store', 'institution_store', 'department', 'transit', 'supply', 'use')),
  alliance_id text NOT NULL,
  institution_id text,
  department_id text,
  display_name text NOT NULL
    CONSTRAINT location_display_name_check CHECK (char_length(display_name) BETWEEN 1 AND 100),
  created_at timestamptz NOT NULL,
  -- A slash keeps the ledger's own places apart from those that people name.
  CONSTRAINT location_id_check CHECK (CASE kind
    WHEN 'transit' THEN location_id LIKE 'transit/_%'
    WHEN 'supply' THEN location_id LIKE 'contra/supply/_%'
    WHEN 'use' THEN location_id LIKE 'contra/use/_%'
    ELSE location_id ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' END),
  CONSTRAINT location_owner_check CHECK (CASE
    WHEN kind IN ('central_store', 'institution_store') THEN institution_id IS NOT NULL AND department_id IS NULL
    WHEN kind = 'department' THEN institution_id IS NOT NULL AND department_id IS NOT NULL
    ELSE department_id IS NULL END),
  CONSTRAINT location_kind_key UNIQUE (location_id, kind)
);
CREATE UNIQUE INDEX location_department_key ON distribution.location (department_id) WHERE kind = 'department';
COMMENT ON COLUMN distribution.location.institution_id IS
  'Whose it is; of a central store: who keeps it for the alliance.';

-- A lot of an item has one expiry. Goods without a lot number are told apart by their expiry only.
CREATE TABLE distribution.lot (
  lot_id uuid CONSTRAINT lot_pkey PRIMARY KEY,
  item_id text NOT NULL,
  lot_number text NOT NULL CONSTRAINT lot_number_check CHECK (char_length(lot_number) <= 20),
  expiry_date date,
  manufacture_date date,
  CONSTRAINT lot_item_key UNIQUE (item_id, lot_id)
);
CREATE UNIQUE INDEX lot_number_key ON distribution.lot (item_id, lot_number) WHERE lot_number <> '';
CREATE UNIQUE INDEX lot_expiry_key ON distribution.lot (item_id, expiry_date) NULLS NOT DISTINCT WHERE lot_number = '';
COMMENT ON COLUMN distribution.lot.lot_id IS 'Computed from item and lot number, or item and expiry when there is none.';

-- What is where. `kind` is that of the location, with all places that hold goods for somebody as `stock`. Contra
-- accounts, supply and use, stand for the world outside: goods are never created nor lost, only moved.
CREATE TABLE distribution.account (
  account_id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT account_pkey PRIMARY KEY,
  kind text NOT NULL CONSTRAINT account_kind_check CHECK (kind IN ('stock', 'transit', 'supply', 'use')),
  location_id text NOT NULL CONSTRAINT account_location_fkey REFERENCES distribution.location,
  item_id text NOT NULL,
  lot_id uuid NOT NULL,
  serial text NOT NULL CONSTRAINT account_serial_check CHECK (char_length(serial) <= 20),
  owner text NOT NULL CONSTRAINT account_owner_check CHECK (owner ~ '^(alliances|institutions|suppliers)/.'),
  condition text NOT NULL DEFAULT 'available' CONSTRAINT account_condition_check
    CHECK (condition IN ('available', 'quarantined', 'damaged', 'recalled', 'expired')),
  on_hand bigint NOT NULL DEFAULT 0,
  reserved bigint NOT NULL DEFAULT 0,
  alliance_id text NOT NULL,
  institution_id text,
  from_institution_id text,
  piece_here text GENERATED ALWAYS AS (CASE WHEN serial <> '' AND on_hand > 0 THEN serial END) STORED,
  CONSTRAINT account_key UNIQUE (location_id, item_id, lot_id, serial, owner, condition),
  CONSTRAINT account_lot_fkey FOREIGN KEY (item_id, lot_id) REFERENCES distribution.lot (item_id, lot_id),
  CONSTRAINT account_balance_check CHECK (kind IN ('supply', 'use') OR on_hand >= reserved),
  CONSTRAINT account_reserved_check CHECK (reserved >= 0 AND (reserved = 0 OR kind = 'stock')),
  CONSTRAINT account_piece_check CHECK (serial = '' OR (kind IN ('stock', 'transit') AND on_hand <= 1)),
  CONSTRAINT account_from_check CHECK (from_institution_id IS NULL OR kind = 'transit')
) WITH (fillfactor = 60);
COMMENT ON COLUMN distribution.account.piece_here IS
  'No index names on_hand, so that a changed balance of other goods writes no index and stays on its page.';
COMMENT ON COLUMN distribution.account.institution_id IS 'Who sees it; NULL: the whole alliance.';
COMMENT ON COLUMN distribution.account.from_institution_id IS 'In transit: who sees it besides.';
-- A piece is in one place. Balances are therefore lowered before others are raised.
CREATE UNIQUE INDEX account_piece_key ON distribution.account (item_id, piece_here) WHERE piece_here IS NOT NULL;

-- Goods went from the credit account to the debit account.
CREATE TABLE distribution.movement (
  movement_id uuid CONSTRAINT movement_pkey PRIMARY KEY,
  posting_number bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL CONSTRAINT movement_kind_check
    CHECK (kind IN ('receive', 'transfer_out', 'transfer_in', 'use')),
  debit_account_id bigint NOT NULL CONSTRAINT movement_debit_account_fkey REFERENCES distribution.account,
  credit_account_id bigint NOT NULL CONSTRAINT movement_credit_account_fkey REFERENCES distribution.account,
  item_id text NOT NULL,
  lot_id uuid NOT NULL,
  serial text NOT NULL,
  quantity bigint NOT NULL CONSTRAINT movement_quantity_check CHECK (quantity BETWEEN 1 AND 1000000000000),
  document text NOT NULL CONSTRAINT movement_document_check CHECK (document ~ '^(receipts|transfers|uses)/.'),
  document_line int NOT NULL CONSTRAINT movement_document_line_check CHECK (document_line BETWEEN 1 AND 5000),
  actor_id text NOT NULL,
  effective_at timestamptz NOT NULL,
  posted_at timestamptz NOT NULL,
  alliance_id text NOT NULL,
  from_location_id text NOT NULL,
  from_institution_id text,
  to_location_id text NOT NULL,
  to_institution_id text,
  CONSTRAINT movement_accounts_check CHECK (debit_account_id <> credit_account_id),
  CONSTRAINT movement_effective_check CHECK (effective_at <= posted_at),
  CONSTRAINT movement_piece_check CHECK (serial = '' OR quantity = 1)
);
CREATE INDEX movement_item ON distribution.movement (item_id, posting_number);

CREATE FUNCTION distribution.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '%.% is final: % refused', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER movement_immutable BEFORE UPDATE OR DELETE ON distribution.movement
  FOR EACH ROW EXECUTE FUNCTION distribution.refuse_change();
CREATE TRIGGER movement_no_truncate BEFORE TRUNCATE ON distribution.movement
  FOR EACH STATEMENT EXECUTE FUNCTION distribution.refuse_change();

-- How much of each despatch line has been dealt with; the first receipt of a despatch copies its lines.
CREATE TABLE distribution.despatch_line_progress (
  despatch_id text NOT NULL,
  line_number int NOT NULL,
  quantity_despatched bigint NOT NULL CONSTRAINT despatch_line_progress_despatched_check CHECK (quantity_despatched > 0),
  quantity_accepted bigint NOT NULL DEFAULT 0
    CONSTRAINT despatch_line_progress_accepted_check CHECK (quantity_accepted >= 0),
  quantity_rejected bigint NOT NULL DEFAULT 0
    CONSTRAINT despatch_line_progress_rejected_check CHECK (quantity_rejected >= 0),
  alliance_id text NOT NULL,
  supplier_id text NOT NULL,
  CONSTRAINT despatch_line_progress_pkey PRIMARY KEY (despatch_id, line_number),
  CONSTRAINT despatch_line_progress_check CHECK (quantity_accepted + quantity_rejected <= quantity_despatched)
);

CREATE TABLE distribution.receipt (
  receipt_id text CONSTRAINT receipt_pkey PRIMARY KEY,
  despatch_id text NOT NULL,
  order_id text NOT NULL,
  location_id text NOT NULL CONSTRAINT receipt_location_fkey REFERENCES distribution.location,
  receiver_id text NOT NULL,
  created_at timestamptz NOT NULL,
  alliance_id text NOT NULL,
  supplier_id text NOT NULL,
  CONSTRAINT receipt_parties_key UNIQUE (receipt_id, despatch_id, alliance_id, supplier_id)
);

CREATE TABLE distribution.receipt_line (
  receipt_id text NOT NULL,
  line_number int NOT NULL CONSTRAINT receipt_line_number_check CHECK (line_number BETWEEN 1 AND 5000),
  despatch_id text NOT NULL,
  scan text NOT NULL,
  pi_scan text NOT NULL,
  packs_accepted bigint NOT NULL,
  packs_rejected bigint NOT NULL,
  rejection_reason text NOT NULL,
  item_id text NOT NULL,
  lot_id uuid NOT NULL,
  serial text NOT NULL,
  quantity_accepted bigint NOT NULL
    CONSTRAINT receipt_line_accepted_check CHECK (quantity_accepted BETWEEN 0 AND 1000000000000),
  quantity_rejected bigint NOT NULL
    CONSTRAINT receipt_line_rejected_check CHECK (quantity_rejected BETWEEN 0 AND 1000000000000),
  alliance_id text NOT NULL,
  supplier_id text NOT NULL,
  CONSTRAINT receipt_line_pkey PRIMARY KEY (receipt_id, line_number),
  CONSTRAINT receipt_line_receipt_fkey FOREIGN KEY (receipt_id, despatch_id, alliance_id, supplier_id)
    REFERENCES distribution.receipt (receipt_id, despatch_id, alliance_id, supplier_id),
  CONSTRAINT receipt_line_lot_fkey FOREIGN KEY (item_id, lot_id) REFERENCES distribution.lot (item_id, lot_id),
  CONSTRAINT receipt_line_quantity_check CHECK (quantity_accepted + quantity_rejected > 0),
  CONSTRAINT receipt_line_piece_check CHECK (serial = '' OR quantity_accepted + quantity_rejected = 1),
  CONSTRAINT receipt_line_reason_check CHECK (
    (quantity_rejected > 0) = (rejection_reason <> '') AND char_length(rejection_reason) <= 200)
);
-- A piece comes in once, and each scan of a despatched piece counts once.
CREATE UNIQUE INDEX receipt_line_piece_key ON distribution.receipt_line (item_id, serial)
  WHERE serial <> '' AND quantity_accepted > 0;
CREATE UNIQUE INDEX receipt_line_despatched_piece_key ON distribution.receipt_line (despatch_id, item_id, serial)
  WHERE serial <> '';

CREATE TABLE distribution.transfer (
  transfer_id text CONSTRAINT transfer_pkey PRIMARY KEY,
  from_location_id text NOT NULL CONSTRAINT transfer_from_location_fkey REFERENCES distribution.location,
  to_location_id text NOT NULL CONSTRAINT transfer_to_location_fkey REFERENCES distribution.location,
  state text NOT NULL DEFAULT 'sent' CONSTRAINT transfer_state_check CHECK (state IN ('sent', 'received')),
  sender_id text NOT NULL,
  receiver_id text CONSTRAINT transfer_same_person_check CHECK (receiver_id <> sender_id),
  created_at timestamptz NOT NULL,
  received_at timestamptz,
  from_institution_id text NOT NULL,
  from_alliance_id text NOT NULL,
  to_institution_id text NOT NULL,
  to_alliance_id text NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT transfer_locations_check CHECK (from_location_id <> to_location_id),
  CONSTRAINT transfer_alliance_check CHECK (from_alliance_id = to_alliance_id),
  CONSTRAINT transfer_received_check CHECK ((state = 'received') = (receiver_id IS NOT NULL)
                                            AND (state = 'received') = (received_at IS NOT NULL))
);
CREATE TRIGGER transfer_received_once BEFORE UPDATE ON distribution.transfer
  FOR EACH ROW WHEN (OLD.state = 'received') EXECUTE FUNCTION distribution.refuse_change();
CREATE INDEX transfer_newest ON distribution.transfer (created_at, transfer_id);

CREATE TABLE distribution.transfer_line (
  transfer_id text NOT NULL CONSTRAINT transfer_line_transfer_fkey REFERENCES distribution.transfer,
  line_number int NOT NULL CONSTRAINT transfer_line_number_check CHECK (line_number BETWEEN 1 AND 5000),
  item_id text NOT NULL,
  quantity bigint NOT NULL CONSTRAINT transfer_line_quantity_check CHECK (quantity BETWEEN 1 AND 1000000000000),
  from_institution_id text NOT NULL,
  from_alliance_id text NOT NULL,
  to_institution_id text NOT NULL,
  to_alliance_id text NOT NULL,
  CONSTRAINT transfer_line_pkey PRIMARY KEY (transfer_id, line_number),
  CONSTRAINT transfer_line_item_key UNIQUE (transfer_id, item_id)
);

CREATE TABLE distribution.transfer_allocation (
  transfer_id text NOT NULL,
  line_number int NOT NULL,
  position int NOT NULL CONSTRAINT transfer_allocation_position_check CHECK (position >= 1),
  transit_account_id bigint NOT NULL
    CONSTRAINT transfer_allocation_account_fkey REFERENCES distribution.account,
  lot_id uuid NOT NULL CONSTRAINT transfer_allocation_lot_fkey REFERENCES distribution.lot,
  serial text NOT NULL,
  quantity bigint NOT NULL CONSTRAINT transfer_allocation_quantity_check CHECK (quantity > 0),
  from_institution_id text NOT NULL,
  from_alliance_id text NOT NULL,
  to_institution_id text NOT NULL,
  to_alliance_id text NOT NULL,
  CONSTRAINT transfer_allocation_pkey PRIMARY KEY (transfer_id, line_number, position),
  CONSTRAINT transfer_allocation_line_fkey FOREIGN KEY (transfer_id, line_number)
    REFERENCES distribution.transfer_line (transfer_id, line_number)
);

-- What the usage service took out, and for which of its documents: each once. Never out of a central store.
CREATE TABLE distribution.consumption (
  document text CONSTRAINT consumption_pkey PRIMARY KEY
    CONSTRAINT consumption_document_check CHECK (document ~ '^uses/.'),
  content_hash text NOT NULL,
  location_id text NOT NULL,
  location_kind text NOT NULL
    CONSTRAINT consumption_location_kind_check CHECK (location_kind IN ('institution_store', 'department')),
  actor_id text NOT NULL,
  created_at timestamptz NOT NULL,
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  CONSTRAINT consumption_location_fkey FOREIGN KEY (location_id, location_kind)
    REFERENCES distribution.location (location_id, kind)
);
COMMENT ON COLUMN distribution.consumption.content_hash IS
  'Of the request without its id: the same use asked for again is answered, another under its name is refused.';

-- A movement without a document does not happen, so guarding the documents guards the ledger.
SELECT journal.guard('distribution.location'), journal.guard('distribution.receipt'),
       journal.guard('distribution.transfer'), journal.guard('distribution.consumption');

-- What is shared by an alliance (its central store) has no institution.
CREATE FUNCTION distribution.sees(p_institution_id text, p_alliance_id text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_institution_id IS NULL THEN scope.sees_alliance(p_alliance_id)
              ELSE scope.sees_institution(p_institution_id, p_alliance_id) END
$$;

-- Locations are no secret; a lot belongs to nobody. All else is seen by its side or sides.
DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['account', 'movement', 'despatch_line_progress', 'receipt', 'receipt_line', 'transfer',
                                 'transfer_line', 'transfer_allocation', 'consumption'] LOOP
    EXECUTE format('ALTER TABLE distribution.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format('ALTER TABLE distribution.%I FORCE ROW LEVEL SECURITY', v_table);
  END LOOP;
  FOREACH v_table IN ARRAY ARRAY['despatch_line_progress', 'receipt', 'receipt_line'] LOOP
    EXECUTE format('CREATE POLICY %I ON distribution.%I
      USING (scope.sees_alliance(alliance_id) OR supplier_id = (SELECT scope.supplier_id()))', v_table || '_scope', v_table);
  END LOOP;
  FOREACH v_table IN ARRAY ARRAY['transfer', 'transfer_line', 'transfer_allocation'] LOOP
    EXECUTE format('CREATE POLICY %I ON distribution.%I
      USING (scope.sees_institution(from_institution_id, from_alliance_id)
             OR scope.sees_institution(to_institution_id, to_alliance_id))', v_table || '_scope', v_table);
  END LOOP;
END $$;
CREATE POLICY account_scope ON distribution.account
  USING (distribution.sees(institution_id, alliance_id)
         OR (from_institution_id IS NOT NULL AND scope.sees_institution(from_institution_id, alliance_id)));
CREATE POLICY movement_scope ON distribution.movement
  USING (distribution.sees(from_institution_id, alliance_id) OR distribution.sees(to_institution_id, alliance_id));
CREATE POLICY consumption_scope ON distribution.consumption
  USING (scope.sees_institution(institution_id, alliance_id));

GRANT SELECT, INSERT ON distribution.location, distribution.movement, distribution.receipt, distribution.receipt_line,
  distribution.transfer_line, distribution.transfer_allocation, distribution.consumption TO qingqu_distribution;
GRANT SELECT, INSERT, UPDATE (expiry_date, manufacture_date) ON distribution.lot TO qingqu_distribution;
GRANT SELECT, INSERT, UPDATE (on_hand, reserved) ON distribution.account TO qingqu_distribution;
GRANT SELECT, INSERT, UPDATE (quantity_accepted, quantity_rejected) ON distribution.despatch_line_progress
  TO qingqu_distribution;
GRANT SELECT, INSERT, UPDATE (state, receiver_id, received_at, version) ON distribution.transfer TO qingqu_distribution;

CREATE VIEW distribution_pub.location AS
  SELECT location_id, kind, alliance_id, institution_id, department_id, display_name
  FROM distribution.location
  WHERE kind IN ('central_store', 'institution_store', 'department');
GRANT SELECT ON distribution_pub.location TO qingqu_services;
