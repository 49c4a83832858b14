SELECT vendor.name AS vendor, count(*) AS line_count,
       count(*) FILTER (WHERE scheduled_date IS NOT NULL AND delivered_date IS NOT NULL) AS dated_count,
       count(*) FILTER (WHERE delivered_date <= scheduled_date) AS on_time_count
FROM history_line
JOIN history_vendor AS vendor USING (vendor_id)
WHERE history_line.source = $1 AND vendor.name > $2
GROUP BY vendor.name
ORDER BY vendor.name
LIMIT $3::int
