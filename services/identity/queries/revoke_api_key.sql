UPDATE api_key SET revoked_at = $2::timestamptz WHERE handle = $1 AND revoked_at IS NULL
