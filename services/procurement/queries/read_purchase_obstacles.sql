-- What stands in the way of each line, as the catalogue's purchase check says it; no row: nothing does.
SELECT line, reason, resource, coalesce(detail, '') AS detail
FROM catalog_pub.document_obstacles($1::text[], $2::text[], $3::text[], $4::text, $5::date)
ORDER BY line, reason, resource
