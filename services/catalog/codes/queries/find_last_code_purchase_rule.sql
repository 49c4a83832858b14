SELECT
\ir parts/code_rule_columns.sql
FROM code_purchase_rule
WHERE kind = $1
ORDER BY version DESC
LIMIT 1
