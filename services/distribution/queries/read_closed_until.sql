SELECT holder, (extract(epoch FROM max(ends_at)) * 1000000)::bigint AS ends_us FROM period GROUP BY holder
