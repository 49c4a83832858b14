SELECT item_id, state = 'approved' AS approved, device_class, registration_expire_date, lot_tracked, serial_tracked,
       expiry_tracked
FROM catalog_pub.item
WHERE item_id = ANY ($1::text[])
