-- In the order of the key, so that two callers who open the same accounts wait for each other in one direction only.
INSERT INTO account (kind, location_id, item_id, lot_id, serial, owner, institution_id, department_id, from_institution_id,
                     from_department_id, alliance_id)
SELECT DISTINCT kind, location_id, item_id, lot_id, serial, owner, institution_id, department_id, from_institution_id,
                from_department_id, $11
FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[])
  AS wanted (kind, location_id, item_id, lot_id, serial, owner, institution_id, department_id, from_institution_id,
             from_department_id)
ORDER BY location_id, item_id, lot_id, serial, owner
ON CONFLICT DO NOTHING
