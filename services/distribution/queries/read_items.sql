SELECT item_id, lot_tracked, serial_tracked, expiry_tracked, high_value, state = 'suspended' AS suspended
FROM catalog_pub.item WHERE item_id = ANY ($1::text[])
