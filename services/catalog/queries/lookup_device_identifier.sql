-- What carries the identifier or, when that was merged, what it became.
SELECT
\ir parts/item_columns.sql
       , found.carried_units * coalesce(became.base_units, 1) AS found_base_units
FROM (
  SELECT carrier.item_id AS carrier_id, coalesce(carried.base_units, 1) AS carried_units
  FROM device_identifier AS identifier
  JOIN item AS carrier ON carrier.item_id = identifier.item_id
  LEFT JOIN item_pack AS carried
    ON carried.item_id = carrier.item_id AND carried.version = carrier.pack_version
       AND carried.device_identifier = identifier.device_identifier
  WHERE identifier.device_identifier = $1
    AND (carried.item_id IS NOT NULL OR identifier.device_identifier = carrier.device_identifier)
) AS found
LEFT JOIN LATERAL item_became(found.carrier_id) AS became ON true
JOIN item ON item.item_id = coalesce(became.item_id, found.carrier_id)
\ir parts/item_packs.sql
\ir parts/item_surroundings.sql
