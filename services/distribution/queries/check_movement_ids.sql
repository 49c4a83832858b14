-- The next $2 movements in the order of their ids, from $1 on, which was counted already unless it is the least of all ids.
WITH page AS (
  SELECT movement_id FROM movement WHERE movement_id >= $1::uuid ORDER BY movement_id LIMIT $2::int + 1
), repeated AS (
  SELECT movement_id, count(*) AS times FROM page GROUP BY movement_id HAVING count(*) > 1
)
SELECT count(*) - count(*) FILTER (WHERE movement_id = $1::uuid) AS movement_count, count(*) > $2::int AS has_more,
       coalesce(max(movement_id::text), '') AS last_movement_id,
       array_to_string(ARRAY(SELECT format('movement %s was posted %s times', movement_id, times) FROM repeated LIMIT 100), E'\n')
         AS findings
FROM page
