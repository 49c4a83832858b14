INSERT INTO log_terms (tile_index, terms) VALUES ($1::bigint, $2::int[])
