SELECT
\ir parts/code_rule_columns.sql
FROM code_purchase_rule
ORDER BY CASE kind WHEN 'withdrawn' THEN 1 WHEN 'changed' THEN 2 ELSE 3 END
