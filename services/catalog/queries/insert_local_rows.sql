INSERT INTO local_row (institution_id, alliance_id, local_code, version, display_name, specification, manufacturer,
                       registration_number, insurance_code, price, unit, unit_factor, uploader_id, uploaded_at)
SELECT $1, $2, local_code, version, display_name, specification, manufacturer, registration_number, insurance_code, price,
       unit, unit_factor, $3, $4::timestamptz
FROM unnest($5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[], $13::text[],
            $14::bigint[])
  AS rows (local_code, version, display_name, specification, manufacturer, registration_number, insurance_code, price, unit,
           unit_factor)
