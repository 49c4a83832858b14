SELECT tree_size
FROM log_checkpoint
WHERE tree_size > $1::bigint AND tree_size <= $2::bigint
ORDER BY tree_size
