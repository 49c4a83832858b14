-- In the order asked for; hashes are NULL where there is no such tile.
SELECT hashes
FROM unnest($1::int[], $2::bigint[]) WITH ORDINALITY AS wanted (level, tile_index, place)
LEFT JOIN log_tile USING (level, tile_index)
ORDER BY place
