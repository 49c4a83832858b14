-- What the catalogue says of each device identifier: $1 text[].
SELECT identifier.device_identifier, identifier.item_id, identifier.base_units, item.lot_tracked, item.serial_tracked,
       item.expiry_tracked, item.high_value
FROM catalog_pub.device_identifier AS identifier
JOIN catalog_pub.item AS item USING (item_id)
WHERE identifier.device_identifier = ANY ($1::text[])
