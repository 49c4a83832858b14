-- Runs as qingqu_owner. The tiles from p_first to p_last that have all of these terms, from the end or from the beginning. By the index of
-- terms alone: to look at a tile's terms means to fetch them from beside the table, which the planner takes to cost nothing, and so it
-- would rather look at one tile after the other, in the order asked for (hence the + 0) or in any.
CREATE FUNCTION supervision.find_tiles(p_terms int[], p_first bigint, p_last bigint, p_newest_first boolean, p_limit int)
RETURNS TABLE (tile_index bigint) LANGUAGE sql STABLE SET search_path = pg_catalog SET enable_seqscan = off AS $$
  SELECT tile_index FROM supervision.log_terms
  WHERE terms @> p_terms AND tile_index + 0 BETWEEN p_first AND p_last
  ORDER BY CASE WHEN p_newest_first THEN -tile_index ELSE tile_index END
  LIMIT p_limit
$$;
REVOKE EXECUTE ON FUNCTION supervision.find_tiles(int[], bigint, bigint, boolean, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION supervision.find_tiles(int[], bigint, bigint, boolean, int) TO qingqu_supervision;
