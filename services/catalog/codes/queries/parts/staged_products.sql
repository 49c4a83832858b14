-- The staged rows of an import ($1) with their products.
FROM national_code_import_row AS staged
JOIN national_product AS product
  ON catalog.national_product_key(product.registration_number, product.product_name, product.manufacturer, product.generic_name)
     = catalog.national_product_key(staged.registration_number, staged.product_name, staged.manufacturer, staged.generic_name)
