DELETE FROM external_subject WHERE issuer = $1 AND subject = $2
