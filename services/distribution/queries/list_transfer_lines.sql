SELECT line_number, item_id, quantity FROM transfer_line WHERE transfer_id = $1 ORDER BY line_number
