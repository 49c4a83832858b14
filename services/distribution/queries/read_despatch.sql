-- With the central store that it goes to, and whether the user ($2) or whom they stand in for ($3) asked for, approved or ordered it.
SELECT despatch.order_id, despatch.supplier_id, despatch.alliance_id, despatch.deliver_to_location_id, despatch.withdrawn,
       coalesce(location.institution_id, '') AS institution_id,
       EXISTS (SELECT FROM procurement_pub.order_actor AS actor
               WHERE actor.order_id = despatch.order_id AND actor.user_id IN ($2, $3)) AS acted
FROM procurement_pub.despatch AS despatch
LEFT JOIN location ON location.location_id = despatch.deliver_to_location_id AND location.kind = 'central_store'
  AND location.alliance_id = despatch.alliance_id
WHERE despatch.despatch_id = $1
