SELECT piece.line_number, piece.item_id, piece.serial, received.receipt_id IS NOT NULL AS received
FROM procurement_pub.despatch_serial AS piece
LEFT JOIN receipt_line AS received
  ON received.despatch_id = piece.despatch_id AND received.item_id = piece.item_id AND received.serial = piece.serial
WHERE piece.despatch_id = $1
