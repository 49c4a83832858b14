SELECT version, display_name, specification, manufacturer, registration_number, insurance_code, price, unit, unit_factor,
       uploader_id, (extract(epoch FROM uploaded_at) * 1000000)::bigint AS uploaded_us
FROM local_row
WHERE institution_id = $1 AND local_code = $2 AND version < $3
ORDER BY version DESC
LIMIT $4
