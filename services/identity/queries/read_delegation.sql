SELECT
\ir parts/delegation_columns.sql
FROM stand_ins($2::timestamptz) WHERE delegation_id = $1
