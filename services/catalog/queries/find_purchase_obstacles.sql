-- No row when there is no such buyer in sight; for each pair at least one, with a reason where something stands in the way.
SELECT pair.position::int AS position, obstacle.reason, obstacle.resource, obstacle.detail
FROM identity_pub.institution AS buyer
CROSS JOIN unnest($3::text[], $4::text[]) WITH ORDINALITY AS pair (supplier_id, item_id, position)
LEFT JOIN LATERAL purchase_obstacles($1::text, $2::text, pair.supplier_id, pair.item_id, $5::date) AS obstacle ON true
WHERE buyer.institution_id = $1::text
  AND (scope.sees_institution(buyer.institution_id, buyer.alliance_id)
       OR buyer.institution_id = scope.institution_id() AND $2::text = scope.own_department())
  AND ($2::text = '' OR EXISTS (SELECT FROM identity_pub.department AS ward
                                WHERE ward.department_id = $2::text AND ward.institution_id = $1::text))
ORDER BY pair.position, obstacle.reason, obstacle.resource
