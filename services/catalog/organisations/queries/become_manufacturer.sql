-- Whoever's production licence is approved makes devices, whatever it was founded as.
UPDATE organisation
SET kinds = kinds || ARRAY['manufacturer'], updated_at = $2::timestamptz, version = version + 1
WHERE organisation_id = $1 AND NOT kinds @> ARRAY['manufacturer']
