UPDATE signing_key SET revoked = true WHERE number < $1::int
