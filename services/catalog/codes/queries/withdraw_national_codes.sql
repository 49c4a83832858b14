-- $6 the import, $7 the release's number. What is changed into another code is not withdrawn besides, save by the same release, where the new code
-- counts more and the items were told of it.
WITH changed AS (
  INSERT INTO national_code_change (code, effective_date, release_number, state)
  SELECT staged.code, $5::date, $7, 'withdrawn'
  FROM national_code_import_row AS staged
  LEFT JOIN LATERAL catalog.code_change_at(staged.code, $5::date) AS present ON true
  WHERE staged.import_number = $6
    AND (present.state IS NULL OR present.state = 'current' OR present.transcoding = 'mapped' AND present.release_number <> $7)
  ON CONFLICT DO NOTHING
  RETURNING code, state, new_code, transcoding
),
\ir parts/tell_items.sql
SELECT (SELECT count(*) FROM changed) AS changed_count, (SELECT count(*) FROM told) AS told_count
