SELECT
\ir parts/mapping_columns.sql
FROM mapping
WHERE institution_id = $1 AND local_code = ANY ($2::text[]) AND valid_from <= $3::date
  AND (valid_to IS NULL OR valid_to > $3::date)
