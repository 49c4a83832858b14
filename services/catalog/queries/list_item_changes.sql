-- What happened to items ($4: the events) after a place of the journal ($1, $2) and below its horizon ($3), in its final order.
SELECT transaction_id::text AS transaction_id, sequence, resource
FROM journal.read_after($1::xid8, $2::bigint, $3::xid8, $4::text[], $5::int)
ORDER BY read_after.transaction_id, sequence
