UPDATE supplier
\ir parts/set_state.sql
WHERE supplier_id = $1
