-- A new version, and an entry for each: seen by the institution, never by the supplier.
WITH touched AS (
  UPDATE requisition SET version = version + 1
  WHERE requisition_id = ANY ($1::text[])
  RETURNING requisition_id, department_id, institution_id, alliance_id
)
SELECT count(journal.append($2, $3, $4, 'requisitions/' || requisition_id,
                            ARRAY['requisitions/' || requisition_id, 'departments/' || department_id, $5], institution_id,
                            alliance_id, '', '',
                            jsonb_build_object('requisition', 'requisitions/' || requisition_id, 'order', $5::text,
                                               'lines', lines), '{}'))
FROM touched
JOIN (
  SELECT requisition_id,
         jsonb_agg(jsonb_build_object('line_number', line_number, 'quantity', quantity) ORDER BY line_number) AS lines
  FROM unnest($6::text[], $7::int[], $8::bigint[]) AS moved (requisition_id, line_number, quantity)
  GROUP BY requisition_id
) AS moved USING (requisition_id)
