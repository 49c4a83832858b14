SELECT user_id, secret_hash, (extract(epoch FROM started_at) * 1000000)::bigint AS started_us,
       (extract(epoch FROM used_at) * 1000000)::bigint AS used_us, ended_at IS NOT NULL AS ended, ended_because,
       second_factor, coalesce(post_id, '') AS post_id, only_institution_id,
       coalesce(delegation_id, '') AS delegation_id
FROM session WHERE handle_hash = $1 FOR UPDATE
