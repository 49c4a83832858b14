-- What happened to a code ($1), behind a day ($2), release ($3) and kind of event ($4).
SELECT event.effective_date, release_number, rank, state, release_id, new_code, transcoding, specification, model, product_name,
       (extract(epoch FROM release.cancelled_at) * 1000000)::bigint AS cancelled_us,
       CASE WHEN release.cancelled_at IS NOT NULL THEN release.cancellation_reason END AS cancellation_reason
FROM (
  SELECT described.described_on AS effective_date, described.release_number, 0 AS rank, 'current' AS state, '' AS new_code, '' AS transcoding,
         described.specification, described.model, product.product_name
  FROM (
    SELECT described_on, release_number, specification, model, product_number FROM national_code WHERE code = $1
    UNION ALL
    SELECT described_on, release_number, specification, model, product_number FROM national_code_past WHERE code = $1
  ) AS described
  JOIN national_product AS product USING (product_number)
  UNION ALL
  SELECT effective_date, release_number, CASE state WHEN 'current' THEN 1 WHEN 'withdrawn' THEN 2 ELSE 3 END, state,
         coalesce(new_code, ''), coalesce(transcoding, ''), '', '', ''
  FROM national_code_change
  WHERE code = $1
) AS event
JOIN code_release AS release USING (release_number)
WHERE (event.effective_date, release_number, rank) > ($2::date, $3, $4)
ORDER BY event.effective_date, release_number, rank
LIMIT $5
