SELECT identifier.device_identifier, identifier.base_units, item.item_id, item.lot_tracked, item.serial_tracked,
       item.expiry_tracked, item.high_value, item.state = 'suspended' AS suspended
FROM catalog_pub.device_identifier AS identifier
JOIN catalog_pub.item AS item ON item.item_id = identifier.item_id
WHERE identifier.device_identifier = ANY ($1::text[])
