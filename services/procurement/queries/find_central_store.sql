SELECT alliance_id
FROM distribution_pub.location
WHERE location_id = $1 AND kind = 'central_store' AND closed IS NOT TRUE AND scope.sees_alliance(alliance_id)
