-- Given and received, those that are not over at $2.
SELECT
\ir parts/delegation_columns.sql
FROM stand_ins($2::timestamptz)
WHERE (holder_id = $1 OR delegate_id = $1) AND delegated_until > $2::timestamptz AND ends_at > $2::timestamptz
ORDER BY delegated_from, delegation_id LIMIT 1000
