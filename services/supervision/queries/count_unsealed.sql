SELECT journal.count_after($1::xid8, $2::bigint, $3::int) AS unsealed
