-- Receipts, transfers and consumptions: the documents that post to the ledger. Runs as qingqu_owner.

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
  from_department_id text,
  to_department_id text,
  version bigint NOT NULL DEFAULT 1,
  CONSTRAINT transfer_locations_check CHECK (from_location_id <> to_location_id),
  CONSTRAINT transfer_alliance_check CHECK (from_alliance_id = to_alliance_id),
  CONSTRAINT transfer_received_check CHECK ((state = 'received') = (receiver_id IS NOT NULL)
                                            AND (state = 'received') = (received_at IS NOT NULL))
);
CREATE TRIGGER transfer_received_once BEFORE UPDATE ON distribution.transfer
  FOR EACH ROW WHEN (OLD.state = 'received') EXECUTE FUNCTION distribution.refuse_change();
CREATE INDEX transfer_newest ON distribution.transfer (created_at, transfer_id);
-- The same of one department, which may see few of them.
CREATE INDEX transfer_newest_from ON distribution.transfer (from_department_id, created_at, transfer_id) WHERE from_department_id IS NOT NULL;
CREATE INDEX transfer_newest_to ON distribution.transfer (to_department_id, created_at, transfer_id) WHERE to_department_id IS NOT NULL;

CREATE TABLE distribution.transfer_line (
  transfer_id text NOT NULL CONSTRAINT transfer_line_transfer_fkey REFERENCES distribution.transfer,
  line_number int NOT NULL CONSTRAINT transfer_line_number_check CHECK (line_number BETWEEN 1 AND 5000),
  item_id text NOT NULL,
  quantity bigint NOT NULL CONSTRAINT transfer_line_quantity_check CHECK (quantity BETWEEN 1 AND 1000000000000),
  from_institution_id text NOT NULL,
  from_alliance_id text NOT NULL,
  to_institution_id text NOT NULL,
  to_alliance_id text NOT NULL,
  from_department_id text,
  to_department_id text,
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
  from_department_id text,
  to_department_id text,
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
    CONSTRAINT consumption_location_kind_check
      CHECK (location_kind IN ('institution_store', 'department', 'cabinet', 'operating_room')),
  actor_id text NOT NULL,
  created_at timestamptz NOT NULL,
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  CONSTRAINT consumption_location_fkey FOREIGN KEY (location_id, location_kind)
    REFERENCES distribution.location (location_id, kind)
);
COMMENT ON COLUMN distribution.consumption.content_hash IS
  'Of the request without its id: the same use asked for again is answered, another under its name is refused.';

-- The lot that was answered for each line.
CREATE TABLE distribution.consumption_line (
  document text NOT NULL CONSTRAINT consumption_line_consumption_fkey REFERENCES distribution.consumption,
  line_number int NOT NULL,
  lot_id uuid NOT NULL CONSTRAINT consumption_line_lot_fkey REFERENCES distribution.lot,
  institution_id text NOT NULL,
  alliance_id text NOT NULL,
  CONSTRAINT consumption_line_pkey PRIMARY KEY (document, line_number)
);

SELECT journal.guard('distribution.receipt'), journal.guard('distribution.transfer'), journal.guard('distribution.consumption');

SELECT scope.protect('distribution.' || name, scope.alliance_rule() || ' OR ' || scope.supplier_rule())
FROM unnest('{despatch_line_progress, receipt, receipt_line}'::text[]) AS name;
SELECT scope.protect('distribution.' || name, scope.institution_rule('from_institution_id', 'from_alliance_id') || ' OR '
                                              || scope.institution_rule('to_institution_id', 'to_alliance_id') || ' OR '
                                              || scope.department_rule('from_department_id') || ' OR '
                                              || scope.department_rule('to_department_id'))
FROM unnest('{transfer, transfer_line, transfer_allocation}'::text[]) AS name;
SELECT scope.protect('distribution.consumption', scope.institution_rule()),
       scope.protect('distribution.consumption_line', scope.institution_rule());

GRANT SELECT, INSERT ON distribution.receipt, distribution.receipt_line, distribution.transfer_line,
  distribution.transfer_allocation, distribution.consumption, distribution.consumption_line TO qingqu_distribution;
GRANT SELECT, INSERT, UPDATE (quantity_accepted, quantity_rejected) ON distribution.despatch_line_progress
  TO qingqu_distribution;
GRANT SELECT, INSERT, UPDATE (state, receiver_id, received_at, version) ON distribution.transfer TO qingqu_distribution;

-- Those of the pieces that are somewhere, in stock or in transit, or were used up and stayed so. Who receives goods sees only some
-- places, and a piece is in one of all.
CREATE FUNCTION distribution.find_pieces(p_items text[], p_serials text[])
RETURNS TABLE (item_id text, serial text, used_up boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
#variable_conflict use_column
DECLARE
  v_scope text := current_setting('qingqu.scope', true);
BEGIN
  PERFORM set_config('qingqu.scope', 'system', true);
  RETURN QUERY
  SELECT account.item_id, account.serial, bool_or(used.is_used)
  FROM unnest(p_items, p_serials) AS wanted (item_id, serial)
  JOIN distribution.account ON account.item_id = wanted.item_id AND account.serial = wanted.serial AND account.serial <> ''
  CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM distribution.movement
                   WHERE movement.credit_account_id = account.account_id AND movement.kind = 'use' AND movement.moved > 0
                     AND NOT EXISTS (SELECT FROM distribution.reversal WHERE reversal.original_id = movement.movement_id))
        OR EXISTS (SELECT FROM distribution.movement_archived
                   WHERE movement_archived.account_id = account.account_id AND movement_archived.piece_used) AS is_used
  ) AS used
  WHERE account.piece_here IS NOT NULL OR used.is_used
  GROUP BY account.item_id, account.serial;
  PERFORM set_config('qingqu.scope', v_scope, true);
END $$;
REVOKE EXECUTE ON FUNCTION distribution.find_pieces(text[], text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION distribution.find_pieces(text[], text[]) TO qingqu_distribution;
