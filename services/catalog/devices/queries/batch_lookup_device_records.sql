-- The first of what lookup_device_record.sql finds for each, with how many there are.
SELECT asked.identifier, best.role, best.deleted, best.record, best.match_count
FROM unnest($1::text[]) AS asked (identifier)
CROSS JOIN LATERAL (
  SELECT matching.role, matching.deleted, matching.record, count(*) OVER () AS match_count
  FROM (
    SELECT found.role, record.deleted, record.record, found.device_identifier,
           array_position(ARRAY['sale_unit', 'pack', 'use_unit', 'direct_mark', 'registered'], found.role) AS strength
    FROM device_record_identifier AS found
    JOIN device_record AS record ON record.device_identifier = found.device_identifier
    WHERE found.identifier = asked.identifier COLLATE "C"
    ORDER BY record.deleted, strength, found.device_identifier
    LIMIT 20
  ) AS matching
  ORDER BY matching.deleted, matching.strength, matching.device_identifier
  LIMIT 1
) AS best
