SELECT
\ir parts/price_columns.sql
FROM price
WHERE (item_id, start_date, price_id) > ($1, $2::date, $3)
  AND ($4 = '' OR item_id = $4) AND ($5 = '' OR supplier_id = $5) AND ($6 = '' OR kind = $6)
  AND ($7 = '' OR start_date <= nullif($7, '')::date AND (end_date IS NULL OR end_date >= nullif($7, '')::date))
ORDER BY item_id, start_date, price_id
LIMIT $8
