INSERT INTO log_mark (tile_index, transaction_id, sequence, written_from_us, written_to_us)
SELECT * FROM unnest($1::bigint[], $2::xid8[], $3::bigint[], $4::bigint[], $5::bigint[])
ON CONFLICT (tile_index) DO UPDATE SET written_from_us = excluded.written_from_us, written_to_us = excluded.written_to_us
