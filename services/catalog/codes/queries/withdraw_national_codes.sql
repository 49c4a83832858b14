-- $6 the import, $7 the release's number.
WITH changed AS (
  INSERT INTO national_code_change (code, effective_date, release_number, state)
  SELECT staged.code, $5::date, $7, 'withdrawn'
  FROM national_code_import_row AS staged
  LEFT JOIN LATERAL catalog.code_change_at(staged.code, $5::date) AS present ON true
  WHERE staged.import_number = $6 AND present.withdrawn_by IS NULL
  ON CONFLICT DO NOTHING
  RETURNING code, state, new_code, transcoding
),
\ir parts/tell_items.sql
SELECT (SELECT count(*) FROM changed) AS changed_count, (SELECT count(*) FROM told) AS told_count
