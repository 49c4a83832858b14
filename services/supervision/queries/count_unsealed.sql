SELECT entries, coalesce(extract(epoch FROM clock_timestamp() - earliest_written_at), 0) AS oldest_seconds
FROM journal.count_after($1::xid8, $2::bigint, $3::int)
