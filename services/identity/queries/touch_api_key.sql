-- A minute is exact enough, and spares a write for each exchange.
UPDATE api_key SET last_used_at = $2::timestamptz
WHERE handle = $1 AND (last_used_at IS NULL OR last_used_at < $2::timestamptz - interval '1 minute')
