-- Where the one item ($1) is on a list from the day ($3) on and the other ($2) is not, the other comes.
WITH entry AS (
  SELECT on_list.list_id, on_list.item_id, daterange(on_list.start_date, on_list.end_date + 1, '[)') AS days
  FROM approved_list_entry AS on_list
  JOIN approved_list AS list ON list.list_id = on_list.list_id
  WHERE on_list.item_id IN ($1, $2) AND (list.end_date IS NULL OR list.end_date >= $3::date)
), wanted AS (
  SELECT list_id,
         range_agg(days) FILTER (WHERE item_id = $1) * datemultirange(daterange($3::date, NULL))
         - coalesce(range_agg(days) FILTER (WHERE item_id = $2), '{}') AS periods
  FROM entry
  GROUP BY list_id
)
INSERT INTO approved_list_entry (list_id, item_id, start_date, end_date, added_by, removed_by)
SELECT wanted.list_id, $2, lower(period), upper(period) - 1, $4, CASE WHEN NOT upper_inf(period) THEN $4 END
FROM wanted, unnest(wanted.periods) AS period
RETURNING list_id
