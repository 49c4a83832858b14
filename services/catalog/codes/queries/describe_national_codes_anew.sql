-- Codes that are there and described otherwise, or by no release that counts: how they were is kept. $2 the release's number, $3 its day.
WITH changed AS MATERIALIZED (
  SELECT present.code, present.described_on, present.product_number, present.release_number, present.specification, present.model,
         present.device_identifier, present.original_code, product.product_number AS new_product_number,
         staged.specification AS new_specification, staged.model AS new_model, staged.device_identifier AS new_device_identifier,
         staged.original_code AS new_original_code
\ir parts/staged_products.sql
  JOIN national_code AS present ON present.code = staged.code
  WHERE staged.import_number = $1
    AND NOT
\ir parts/description_stays.sql
), kept AS (
  INSERT INTO national_code_past (code, described_on, product_number, release_number, specification, model, device_identifier,
                                  original_code)
  SELECT code, described_on, product_number, release_number, specification, model, device_identifier, original_code
  FROM changed
)
UPDATE national_code
SET product_number = changed.new_product_number, release_number = $2, described_on = $3::date, specification = changed.new_specification,
    model = changed.new_model, device_identifier = changed.new_device_identifier, original_code = changed.new_original_code
FROM changed
WHERE national_code.code = changed.code
