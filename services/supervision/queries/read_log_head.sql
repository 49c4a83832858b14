SELECT tree_size, root, note, transaction_id, sequence
FROM log_checkpoint
ORDER BY tree_size DESC
LIMIT 1
