SELECT tile_index
FROM log_terms
WHERE terms @> $1::int[] AND tile_index BETWEEN $2::bigint AND $3::bigint
ORDER BY tile_index
LIMIT $4::int
