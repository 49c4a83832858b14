SELECT tile_index FROM find_tiles($1::int[], $2::bigint, $3::bigint, $4::boolean, $5::int)
