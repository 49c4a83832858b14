-- How much of each despatch line has been dealt with, for procurement: what is here can no longer be withdrawn.
CREATE VIEW distribution_pub.despatch_progress AS
  SELECT despatch_id, line_number, quantity_despatched, quantity_accepted, quantity_rejected, alliance_id, supplier_id
  FROM distribution.despatch_line_progress;
GRANT SELECT ON distribution_pub.despatch_progress TO qingqu_services;

-- Checked here besides the code: what was withdrawn is not received.
CREATE FUNCTION distribution.refuse_withdrawn() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
  PERFORM procurement_pub.hold_despatch(NEW.despatch_id);
  IF EXISTS (SELECT FROM procurement_pub.despatch WHERE despatch_id = NEW.despatch_id AND withdrawn) THEN
    RAISE EXCEPTION 'despatch % is withdrawn', NEW.despatch_id USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER receipt_withdrawn BEFORE INSERT ON distribution.receipt
  FOR EACH ROW EXECUTE FUNCTION distribution.refuse_withdrawn();
