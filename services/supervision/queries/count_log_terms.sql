-- Tiles are done in their order.
SELECT coalesce(max(tile_index) + 1, 0) AS done FROM log_terms
