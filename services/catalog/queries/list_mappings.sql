SELECT
\ir parts/mapping_columns.sql
FROM mapping
WHERE institution_id = $1 AND (local_code, mapping_id) > ($2, $3::bigint) AND ($4 = '' OR local_code = $4)
  AND ($5 = '' OR item_id = $5)
  AND ($6 = '' OR valid_from <= nullif($6, '')::date AND (valid_to IS NULL OR valid_to > nullif($6, '')::date))
ORDER BY local_code, mapping_id
LIMIT $7
