SELECT alliance_id, closed IS TRUE AS closed FROM identity_pub.institution WHERE institution_id = $1
