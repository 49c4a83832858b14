INSERT INTO account (kind, location_id, item_id, lot_id, serial, owner, condition, alliance_id, institution_id,
                     department_id, from_institution_id, from_department_id)
SELECT kind, location_id, item_id, lot_id, serial, owner, condition, alliance_id, institution_id, department_id,
       from_institution_id, from_department_id
FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[], $11::text[], $12::text[])
  AS fresh (kind, location_id, item_id, lot_id, serial, owner, condition, alliance_id, institution_id, department_id,
            from_institution_id, from_department_id)
ORDER BY location_id, item_id, lot_id, serial, owner, condition
RETURNING account_id, location_id, item_id, lot_id, serial, owner, condition
