-- For each line what decides about it: what it names, the lowest ceiling during its period, and what it overlaps with.
SELECT line.position::int AS position,
       EXISTS (SELECT FROM item WHERE item.item_id = line.item_id) AS item_known,
       line.supplier_id = '' OR EXISTS (SELECT FROM supplier WHERE supplier.supplier_id = line.supplier_id) AS supplier_known,
       CASE WHEN line.institution_id <> '' THEN scope.sees_institution(payer.institution_id, payer.alliance_id)
            WHEN line.alliance_id <> '' THEN coalesce(scope.sees_alliance(alliance.alliance_id), false)
            ELSE true END AS holder_known,
       coalesce(payer.alliance_id, '') AS payer_alliance_id,
       (SELECT min(ceiling.amount) FROM price AS ceiling
        WHERE ceiling.item_id = line.item_id AND ceiling.kind = 'ceiling'
          AND ceiling.holder IN ('county', 'alliances/' || line.alliance_id)
          AND daterange(ceiling.start_date, ceiling.end_date + 1, '[)') && daterange(line.start_date, line.end_date + 1, '[)')) AS ceiling,
       overlap.overlap_count, overlap.price_id, overlap.start_date, overlap.closed
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::date[])
     WITH ORDINALITY AS line (kind, item_id, supplier_id, alliance_id, institution_id, start_date, end_date, position)
LEFT JOIN identity_pub.institution AS payer ON payer.institution_id = line.institution_id
LEFT JOIN identity_pub.alliance AS alliance ON alliance.alliance_id = line.alliance_id
LEFT JOIN LATERAL (
  SELECT count(*) OVER () AS overlap_count, other.price_id, other.start_date, other.closed_at IS NOT NULL AS closed
  FROM price AS other
  WHERE other.item_id = line.item_id AND other.kind = line.kind AND coalesce(other.supplier_id, '') = line.supplier_id
    AND other.holder = CASE WHEN line.institution_id <> '' THEN 'institutions/' || line.institution_id
                            WHEN line.alliance_id <> '' THEN 'alliances/' || line.alliance_id ELSE 'county' END
    AND daterange(other.start_date, other.end_date + 1, '[)') && daterange(line.start_date, line.end_date + 1, '[)')
  ORDER BY other.start_date DESC
  LIMIT 1) AS overlap ON true
ORDER BY line.position
