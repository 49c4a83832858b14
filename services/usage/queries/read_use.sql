-- A use by its id: $1.
\ir parts/use_columns.sql
WHERE use_id = $1
