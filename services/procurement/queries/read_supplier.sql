SELECT state = 'approved' AS approved, licence_expire_date, coalesce(licence_class, 0) AS licence_class
FROM catalog_pub.supplier
WHERE supplier_id = $1
