SELECT supplier_id FROM catalog_pub.supplier WHERE supplier_id = ANY ($1::text[])
