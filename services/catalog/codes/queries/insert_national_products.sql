INSERT INTO national_product (registration_number, product_name, manufacturer, generic_name)
SELECT DISTINCT staged.registration_number, staged.product_name, staged.manufacturer, staged.generic_name
FROM national_code_import_row AS staged
WHERE staged.import_number = $1 AND NOT EXISTS (
  SELECT FROM national_product AS product
  WHERE catalog.national_product_key(product.registration_number, product.product_name, product.manufacturer, product.generic_name)
        = catalog.national_product_key(staged.registration_number, staged.product_name, staged.manufacturer, staged.generic_name))
ON CONFLICT DO NOTHING
