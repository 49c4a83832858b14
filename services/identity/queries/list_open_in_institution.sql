-- What goes on in an institution at $2: posts, departments, places that hold goods, and what nobody has decided on.
SELECT name
FROM (
  SELECT 'posts/' || post_id AS name FROM post
  WHERE institution_id = $1 AND (ends_at IS NULL OR ends_at > $2::timestamptz)
  UNION ALL
  SELECT 'departments/' || department_id FROM department WHERE institution_id = $1 AND closed_at IS NULL
  UNION ALL
  SELECT 'locations/' || location_id FROM distribution_pub.location WHERE institution_id = $1 AND closed IS NOT TRUE
  UNION ALL
  SELECT 'requisitions/' || requisition_id FROM procurement_pub.open_requisition WHERE institution_id = $1
) AS open
ORDER BY name LIMIT $3::int
