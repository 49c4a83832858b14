WITH line AS (
  SELECT vendor.name AS vendor, coalesce(extract(year FROM delivered_date)::int, 0) AS year, currency, quantity, line_value,
         delivered_date <= scheduled_date AS on_time
  FROM history_line
  JOIN history_vendor AS vendor USING (vendor_id)
  WHERE history_line.source = $1
)
SELECT vendor, year, currency, count(*) AS line_count, sum(quantity)::bigint AS quantity,
       (sum(line_value) * 0.0001)::text AS value, count(*) FILTER (WHERE on_time) AS on_time_count
FROM line
WHERE (vendor, year, currency) > ($2, $3::int, $4)
GROUP BY vendor, year, currency
ORDER BY vendor, year, currency
LIMIT $5::int
