-- Lots of a withdrawn despatch that no other one binds may be announced with another expiry.
DELETE FROM lot_expiry AS known
USING (SELECT DISTINCT supplier_id, item_id, lot FROM despatch_line
       WHERE despatch_id = $1 AND lot IS NOT NULL AND expiry_date IS NOT NULL) AS withdrawn
WHERE known.supplier_id = withdrawn.supplier_id AND known.item_id = withdrawn.item_id AND known.lot = withdrawn.lot
  AND NOT EXISTS (SELECT FROM despatch_line AS other
                  WHERE other.supplier_id = withdrawn.supplier_id AND other.item_id = withdrawn.item_id
                    AND other.lot = withdrawn.lot AND other.binding_expiry_date IS NOT NULL)
