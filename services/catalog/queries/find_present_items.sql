SELECT item_id, display_name, specification, registration_number, national_code, device_identifier, base_unit, manufacturer
FROM item
WHERE item_id = ANY ($1::text[])
