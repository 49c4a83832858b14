SELECT journal.has_after($1::xid8, $2::bigint) AS found
