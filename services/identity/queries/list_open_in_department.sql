-- As list_open_in_institution.sql.
SELECT name
FROM (
  SELECT 'posts/' || post_id AS name FROM post
  WHERE department_id = $1 AND (ends_at IS NULL OR ends_at > $2::timestamptz)
  UNION ALL
  SELECT 'locations/' || location_id FROM distribution_pub.location WHERE department_id = $1 AND closed IS NOT TRUE
  UNION ALL
  SELECT 'requisitions/' || requisition_id FROM procurement_pub.open_requisition WHERE department_id = $1
) AS open
ORDER BY name LIMIT $3::int
