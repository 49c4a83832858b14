SELECT count(*) FILTER (WHERE level = 1) AS first_level, count(*) FILTER (WHERE level = 2) AS second_level,
       count(*) FILTER (WHERE level = 3) AS third_level, count(*) FILTER (WHERE level = 4) AS generic_names,
       count(*) FILTER (WHERE level = 5) AS materials, count(*) FILTER (WHERE level = 6) AS class_codes,
       count(DISTINCT nullif(monitored_group, '')) AS monitored_groups
FROM class
