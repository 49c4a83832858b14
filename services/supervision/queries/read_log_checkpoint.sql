-- 0: the last one.
SELECT tree_size, root, note, (extract(epoch FROM sealed_at) * 1000000)::bigint AS sealed_us
FROM log_checkpoint
WHERE tree_size = CASE WHEN $1::bigint = 0 THEN (SELECT max(tree_size) FROM log_checkpoint) ELSE $1::bigint END
