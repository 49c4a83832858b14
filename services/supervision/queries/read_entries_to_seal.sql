SELECT
\ir parts/leaf_columns.sql
FROM journal.read_all_after($1::xid8, $2::bigint, $3::xid8, $4::int, $5::bigint)
