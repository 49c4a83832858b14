INSERT INTO log_mark (tile_index, transaction_id, sequence, written_from_us, written_to_us)
SELECT tile_index, transaction_id, sequence, written_from_us, written_to_us
FROM unnest($1::bigint[], $2::xid8[], $3::bigint[], $4::bigint[], $5::bigint[])
  AS mark (tile_index, transaction_id, sequence, written_from_us, written_to_us)
ON CONFLICT (tile_index) DO UPDATE SET written_from_us = excluded.written_from_us, written_to_us = excluded.written_to_us
