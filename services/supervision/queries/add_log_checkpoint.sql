INSERT INTO log_checkpoint (tree_size, root, note, transaction_id, sequence)
VALUES ($1::bigint, $2::bytea, $3, $4::xid8, $5::bigint)
