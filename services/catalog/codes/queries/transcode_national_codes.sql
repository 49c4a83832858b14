-- $6 the import, $7 the release's number.
WITH changed AS (
  INSERT INTO national_code_change (code, effective_date, release_number, state, new_code, transcoding)
  SELECT staged.code, $5::date, $7, 'transcoded', staged.new_code, staged.transcoding
  FROM national_code_import_row AS staged
  LEFT JOIN LATERAL catalog.code_change_at(staged.code, $5::date) AS present ON true
  WHERE staged.import_number = $6
    AND (present.new_code, present.transcoding) IS DISTINCT FROM (staged.new_code, staged.transcoding)
  RETURNING code, state, new_code, transcoding
),
\ir parts/tell_items.sql
SELECT (SELECT count(*) FROM changed) AS changed_count, (SELECT count(*) FROM told) AS told_count
