INSERT INTO despatch_line_progress (despatch_id, line_number, quantity_despatched, alliance_id, supplier_id)
SELECT despatch_id, line_number, quantity, alliance_id, supplier_id
FROM procurement_pub.despatch_line WHERE despatch_id = $1
ORDER BY line_number
ON CONFLICT DO NOTHING
