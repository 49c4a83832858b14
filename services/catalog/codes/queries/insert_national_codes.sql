INSERT INTO national_code (code, product_number, release_number, described_on, specification, model, device_identifier, original_code)
SELECT staged.code, product.product_number, $2, $3::date, staged.specification, staged.model, staged.device_identifier,
       staged.original_code
\ir parts/staged_products.sql
WHERE staged.import_number = $1 AND NOT EXISTS (SELECT FROM national_code AS present WHERE present.code = staged.code)
ORDER BY staged.code
