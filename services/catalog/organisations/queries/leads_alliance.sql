SELECT EXISTS (SELECT FROM identity_pub.institution WHERE institution_id = $1 AND lead AND NOT closed) AS leads
