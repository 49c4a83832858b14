SELECT alliance_id FROM identity_pub.alliance WHERE alliance_id = $1 AND scope.sees_alliance(alliance_id)
