SELECT transaction_id, sequence, written_from_us, written_to_us FROM log_mark WHERE tile_index = $1::bigint
