SELECT alliance_id FROM identity_pub.institution WHERE institution_id = $1
