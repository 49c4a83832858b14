-- The rules that hold on a day ($1), and those that will, but for what another one of the same first day replaced.
SELECT
\ir parts/code_rule_columns.sql
FROM (
  SELECT DISTINCT ON (kind, greatest(start_date, $1::date)) *
  FROM code_purchase_rule
  ORDER BY kind, greatest(start_date, $1::date), start_date DESC, version DESC
) AS holding
ORDER BY CASE kind WHEN 'withdrawn' THEN 1 WHEN 'changed' THEN 2 ELSE 3 END, start_date
