-- The codes ($1) of which a release that held until the end of a day ($2) says something, as they were.
SELECT asked.code, present.code IS NOT NULL AS described,
       coalesce(change.state, 'current') AS state, coalesce(change.effective_date, present.effective_date) AS effective_date,
       release.release_id, coalesce(change.new_code, '') AS new_code, coalesce(change.transcoding, '') AS transcoding,
       coalesce(past.specification, present.specification, '') AS specification, coalesce(past.model, present.model, '') AS model,
       coalesce(CASE WHEN past.code IS NULL THEN present.device_identifier ELSE past.device_identifier END, '') AS device_identifier,
       coalesce(CASE WHEN past.code IS NULL THEN present.original_code ELSE past.original_code END, '') AS original_code,
       coalesce(product.registration_number, '') AS registration_number, coalesce(product.product_name, '') AS product_name,
       coalesce(product.manufacturer, '') AS manufacturer, coalesce(product.generic_name, '') AS generic_name
FROM (SELECT DISTINCT code COLLATE "C" AS code FROM unnest($1::text[]) AS given (code)) AS asked
LEFT JOIN national_code AS present ON present.code = asked.code AND present.effective_date <= $2::date
LEFT JOIN LATERAL (
  SELECT code, specification, model, device_identifier, original_code, product_number, release_number
  FROM national_code_past
  WHERE national_code_past.code = present.code AND present.described_on > $2::date AND described_on <= $2::date AND replaced_on > $2::date
  LIMIT 1
) AS past ON true
LEFT JOIN LATERAL catalog.code_change_at(asked.code, $2::date) AS change ON true
LEFT JOIN national_product AS product ON product.product_number = coalesce(past.product_number, present.product_number)
LEFT JOIN code_release AS release
  ON release.release_number = coalesce(change.release_number, past.release_number, present.release_number)
WHERE present.code IS NOT NULL OR change.state IS NOT NULL
