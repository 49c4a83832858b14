-- A supplier takes back what it announced by mistake, as long as nothing of it was received. Quantities, pieces and the
-- expiries of lots are then as if it had never been announced; the despatch itself stays.

-- Held by whoever withdraws. Who receives holds it together with others (procurement_pub.hold_despatch), so that of a
-- withdrawal and a receipt the later one sees what the other did.
CREATE FUNCTION procurement.lock_despatch(p_despatch_id text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('procurement.despatch/' || p_despatch_id, 0))
$$;

-- Until the end of the caller's transaction the despatch is not withdrawn. Whether it was before, a later statement sees.
CREATE FUNCTION procurement_pub.hold_despatch(p_despatch_id text) RETURNS void LANGUAGE sql AS $$
  SELECT pg_advisory_xact_lock_shared(hashtextextended('procurement.despatch/' || p_despatch_id, 0))
$$;

ALTER TABLE procurement.despatch
  ADD COLUMN withdrawn boolean NOT NULL DEFAULT false,
  ADD COLUMN withdrawn_at timestamptz,
  ADD COLUMN withdrawal_reason text NOT NULL DEFAULT '',
  ADD CONSTRAINT despatch_withdrawal_check CHECK (CASE
    WHEN withdrawn THEN withdrawn_at IS NOT NULL AND char_length(withdrawal_reason) BETWEEN 1 AND 500
    ELSE withdrawn_at IS NULL AND withdrawal_reason = '' END);
ALTER TABLE procurement.despatch_line
  ADD COLUMN withdrawn boolean NOT NULL DEFAULT false,
  ADD COLUMN binding_expiry_date date GENERATED ALWAYS AS (CASE WHEN NOT withdrawn THEN expiry_date END) STORED;
COMMENT ON COLUMN procurement.despatch_line.binding_expiry_date IS 'What was withdrawn does not bind its lot.';
ALTER TABLE procurement.despatch_serial ADD COLUMN withdrawn boolean NOT NULL DEFAULT false;

-- Lines and serials are withdrawn with their despatch: the foreign keys see to it.
ALTER TABLE procurement.despatch_serial DROP CONSTRAINT despatch_serial_line_fkey;
ALTER TABLE procurement.despatch_line
  DROP CONSTRAINT despatch_line_despatch_fkey,
  DROP CONSTRAINT despatch_line_item_key,
  DROP CONSTRAINT despatch_line_lot_expiry_fkey;
ALTER TABLE procurement.despatch
  DROP CONSTRAINT despatch_parties_key,
  ADD CONSTRAINT despatch_parties_key UNIQUE (despatch_id, order_id, alliance_id, supplier_id, withdrawn);
ALTER TABLE procurement.despatch_line
  ADD CONSTRAINT despatch_line_item_key UNIQUE (despatch_id, line_number, item_id, withdrawn),
  ADD CONSTRAINT despatch_line_despatch_fkey FOREIGN KEY (despatch_id, order_id, alliance_id, supplier_id, withdrawn)
    REFERENCES procurement.despatch (despatch_id, order_id, alliance_id, supplier_id, withdrawn) ON UPDATE CASCADE,
  ADD CONSTRAINT despatch_line_lot_expiry_fkey FOREIGN KEY (supplier_id, item_id, lot, binding_expiry_date)
    REFERENCES procurement.lot_expiry (supplier_id, item_id, lot, expiry_date);
CREATE INDEX despatch_line_lot ON procurement.despatch_line (supplier_id, item_id, lot)
  WHERE binding_expiry_date IS NOT NULL;

-- A piece is on its way once; withdrawn, it may be announced again.
ALTER TABLE procurement.despatch_serial
  DROP CONSTRAINT despatch_serial_pkey,
  ADD CONSTRAINT despatch_serial_pkey PRIMARY KEY (despatch_id, line_number, serial),
  ADD CONSTRAINT despatch_serial_line_fkey FOREIGN KEY (despatch_id, line_number, item_id, withdrawn)
    REFERENCES procurement.despatch_line (despatch_id, line_number, item_id, withdrawn) ON UPDATE CASCADE;
DROP INDEX procurement.despatch_serial_line;
CREATE UNIQUE INDEX despatch_serial_piece_key ON procurement.despatch_serial (item_id, serial) WHERE NOT withdrawn;

-- Checked here besides the code: a withdrawal is for good, and never of what has been received.
CREATE FUNCTION procurement.check_withdrawal() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  IF OLD.withdrawn THEN
    RAISE EXCEPTION 'despatch % is withdrawn', OLD.despatch_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  PERFORM procurement.lock_despatch(OLD.despatch_id);
  IF EXISTS (SELECT FROM distribution_pub.despatch_progress WHERE despatch_id = OLD.despatch_id) THEN
    RAISE EXCEPTION 'despatch % has been received', OLD.despatch_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER despatch_withdrawal BEFORE UPDATE ON procurement.despatch
  FOR EACH ROW EXECUTE FUNCTION procurement.check_withdrawal();

GRANT UPDATE (withdrawn, withdrawn_at, withdrawal_reason) ON procurement.despatch TO qingqu_procurement;
GRANT DELETE ON procurement.lot_expiry TO qingqu_procurement;

CREATE OR REPLACE VIEW procurement_pub.despatch AS
  SELECT despatch_id, order_id, supplier_id, alliance_id, deliver_to_location_id, created_at, withdrawn
  FROM procurement.despatch;
