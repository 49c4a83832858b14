SELECT state FROM catalog_pub.supplier WHERE supplier_id = $1
