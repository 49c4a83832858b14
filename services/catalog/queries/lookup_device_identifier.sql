SELECT
\ir parts/item_columns.sql
       , coalesce(found.base_units, 1) AS found_base_units
FROM device_identifier AS identifier
JOIN item ON item.item_id = identifier.item_id
LEFT JOIN item_pack AS found
  ON found.item_id = item.item_id AND found.version = item.pack_version
     AND found.device_identifier = identifier.device_identifier
\ir parts/item_packs.sql
\ir parts/item_surroundings.sql
WHERE identifier.device_identifier = $1
  AND (found.item_id IS NOT NULL OR identifier.device_identifier = item.device_identifier)
