-- What a sheet names again is in force again, unless its own release withdraws or transcodes it. $6 the import, $7 the release's number.
-- `unchanged_count`: of those, the ones whose description stays.
WITH named AS MATERIALIZED (
  SELECT staged.code
  FROM national_code_import_row AS staged
  WHERE staged.import_number = $6 AND EXISTS (SELECT FROM national_code_change AS change WHERE change.code = staged.code)
), changed AS (
  INSERT INTO national_code_change (code, effective_date, release_number, state)
  SELECT named.code, $5::date, $7, 'current'
  FROM named
  CROSS JOIN LATERAL catalog.code_change_at(named.code, $5::date) AS present
  WHERE present.state <> 'current' AND (present.release_number <> $7 OR present.withdrawn_by <> $7)
  ON CONFLICT DO NOTHING
  RETURNING code, state, new_code, transcoding
),
\ir parts/tell_items.sql
SELECT (SELECT count(*) FROM changed) AS changed_count, (SELECT count(*) FROM told) AS told_count,
       (SELECT count(*)
\ir parts/staged_products.sql
        JOIN changed ON changed.code = staged.code
        JOIN national_code AS present ON present.code = staged.code
        WHERE staged.import_number = $6 AND
\ir parts/description_stays.sql
       ) AS unchanged_count
