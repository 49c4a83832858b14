-- Stages rows of which each has another code, and answers with those that were staged before by an earlier batch: they are not staged again.
WITH given AS (
  SELECT code COLLATE "C" AS code, line, new_code, transcoding, original_code, device_identifier, registration_number, product_name, manufacturer,
         generic_name, specification, model
  FROM unnest($2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
              $12::text[], $13::text[])
    AS given (code, line, new_code, transcoding, original_code, device_identifier, registration_number, product_name, manufacturer, generic_name,
              specification, model)
), staged AS (
  INSERT INTO national_code_import_row (import_number, code, line, new_code, transcoding, original_code, device_identifier, registration_number,
                                        product_name, manufacturer, generic_name, specification, model)
  SELECT $1, code, line, new_code, transcoding, original_code, device_identifier, registration_number, product_name, manufacturer, generic_name,
         specification, model
  FROM given
  ON CONFLICT DO NOTHING
)
SELECT given.code, first.line AS first_line,
       (first.new_code, first.transcoding, first.original_code, first.device_identifier, first.registration_number, first.product_name,
        first.manufacturer, first.generic_name, first.specification, first.model)
       IS NOT DISTINCT FROM
       (given.new_code, given.transcoding, given.original_code, given.device_identifier, given.registration_number, given.product_name,
        given.manufacturer, given.generic_name, given.specification, given.model) AS same
FROM given
JOIN national_code_import_row AS first ON first.import_number = $1 AND first.code = given.code
