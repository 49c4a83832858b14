SELECT item_id, adds FROM list_change_line WHERE change_id = $1 ORDER BY line_number
