-- The codes ($1) of which a release that held until the end of a day ($2) says something, as they were. What is cancelled says nothing.
SELECT asked.code, description.code IS NOT NULL AS described,
       coalesce(change.state, 'current') AS state, coalesce(change.effective_date, description.first_on) AS effective_date,
       release.release_id, coalesce(change.new_code, '') AS new_code, coalesce(change.transcoding, '') AS transcoding,
       coalesce(description.specification, '') AS specification, coalesce(description.model, '') AS model,
       coalesce(description.device_identifier, '') AS device_identifier, coalesce(description.original_code, '') AS original_code,
       coalesce(product.registration_number, '') AS registration_number, coalesce(product.product_name, '') AS product_name,
       coalesce(product.manufacturer, '') AS manufacturer, coalesce(product.generic_name, '') AS generic_name
FROM (SELECT DISTINCT code COLLATE "C" AS code FROM unnest($1::text[]) AS given (code)) AS asked
LEFT JOIN LATERAL (
  -- The last one by then, and since when there is any.
  SELECT described.*, min(described.described_on) OVER () AS first_on
  FROM (
    SELECT code, described_on, NULL::bigint AS past_number, product_number, release_number, specification, model, device_identifier, original_code
    FROM national_code
    WHERE code = asked.code
    UNION ALL
    SELECT code, described_on, past_number, product_number, release_number, specification, model, device_identifier, original_code
    FROM national_code_past
    WHERE code = asked.code
  ) AS described
  WHERE described.described_on <= $2::date
    AND described.release_number NOT IN (SELECT release_number FROM code_release WHERE cancelled_at IS NOT NULL)
  ORDER BY described.past_number DESC NULLS FIRST
  LIMIT 1
) AS description ON true
LEFT JOIN LATERAL catalog.code_change_at(asked.code, $2::date) AS change ON true
LEFT JOIN national_product AS product ON product.product_number = description.product_number
LEFT JOIN code_release AS release ON release.release_number = coalesce(change.release_number, description.release_number)
WHERE description.code IS NOT NULL OR change.state IS NOT NULL
