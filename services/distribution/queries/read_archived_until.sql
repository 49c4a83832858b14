-- What was posted later is all attached.
SELECT (extract(epoch FROM coalesce(max(last_posted_at), 'epoch')) * 1000000)::bigint AS archived_us FROM movement_partition
