-- Before 1970 stands for ever.
SELECT number, (extract(epoch FROM greatest(activates_at, 'epoch'::timestamptz)) * 1000000)::bigint AS activates_us, revoked
FROM signing_key ORDER BY number
