-- Locations are renamed and closed. What is closed stays, because documents name it; no goods come there any more.
ALTER TABLE distribution.location ADD COLUMN version bigint NOT NULL DEFAULT 1, ADD COLUMN closed_at timestamptz;
GRANT UPDATE (display_name, shelf_life_days_min, closed_at, version) ON distribution.location TO qingqu_distribution;

CREATE OR REPLACE VIEW distribution_pub.location AS
  SELECT location_id, kind, alliance_id, institution_id, department_id, display_name, closed_at IS NOT NULL AS closed
  FROM distribution.location
  WHERE kind IN ('central_store', 'institution_store', 'department', 'cabinet', 'operating_room');

DROP INDEX distribution.location_department_key;
CREATE UNIQUE INDEX location_department_key ON distribution.location (department_id) WHERE kind = 'department' AND closed_at IS NULL;
CREATE INDEX transfer_on_its_way ON distribution.transfer (transfer_id) WHERE state = 'sent';
