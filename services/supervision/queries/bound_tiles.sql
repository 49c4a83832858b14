-- The tiles outside of which nothing was written from $1 up to $2 (microseconds since 1970).
SELECT (SELECT tile_index FROM log_mark WHERE written_to_us >= $1::bigint ORDER BY written_to_us, tile_index LIMIT 1) AS first,
       (SELECT tile_index FROM log_mark WHERE written_from_us < $2::bigint ORDER BY tile_index DESC LIMIT 1) AS last
