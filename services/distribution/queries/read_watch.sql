SELECT posting_number, (extract(epoch FROM walked_at) * 1000000)::bigint AS walked_us,
       (extract(epoch FROM proved_at) * 1000000)::bigint AS proved_us,
       (extract(epoch FROM checked_at) * 1000000)::bigint AS checked_us, finding_count
FROM ledger_watch
