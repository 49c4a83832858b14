INSERT INTO mapping (institution_id, alliance_id, local_code, row_version, item_id, unit_factor, valid_from, score, evidence,
                     decider_id, decider_for_id, decided_at)
SELECT $1, $2, local_code, row_version, item_id, unit_factor, valid_from, score, string_to_array(evidence, ','),
       nullif($3, ''), CASE WHEN $3 <> '' THEN scope.on_behalf_of() END, $4::timestamptz
FROM unnest($5::text[], $6::bigint[], $7::text[], $8::bigint[], $9::date[], $10::int[], $11::text[])
  AS rows (local_code, row_version, item_id, unit_factor, valid_from, score, evidence)
