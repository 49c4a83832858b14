SELECT item_id, serial, used_up FROM find_pieces($1::text[], $2::text[])
