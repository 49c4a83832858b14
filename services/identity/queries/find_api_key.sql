SELECT handle, user_id, secret_hash, (extract(epoch FROM created_at) * 1000000)::bigint AS created_us,
       (extract(epoch FROM expires_at) * 1000000)::bigint AS expires_us,
       coalesce((extract(epoch FROM revoked_at) * 1000000)::bigint, 0) AS revoked_us,
       coalesce((extract(epoch FROM last_used_at) * 1000000)::bigint, 0) AS last_used_us
FROM api_key WHERE handle = $1
