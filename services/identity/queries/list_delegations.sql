-- $3: only those of this user, given or received; '' for all.
SELECT
\ir parts/delegation_columns.sql
FROM stand_ins($4::timestamptz) WHERE delegation_id > $1 AND ($3 = '' OR holder_id = $3 OR delegate_id = $3)
ORDER BY delegation_id LIMIT $2::int
