INSERT INTO log_tile (level, tile_index, hashes)
SELECT level, tile_index, hashes
FROM unnest($1::int[], $2::bigint[], $3::bytea[]) AS grown (level, tile_index, hashes)
ON CONFLICT (level, tile_index) DO UPDATE SET hashes = excluded.hashes
