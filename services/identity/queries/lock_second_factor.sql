SELECT sealed_key, confirmed_at IS NOT NULL AS confirmed, last_step, failed_count,
       (extract(epoch FROM failed_at) * 1000000)::bigint AS failed_us
FROM second_factor WHERE user_id = $1 FOR UPDATE
