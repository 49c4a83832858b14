UPDATE item
\ir parts/set_state.sql
WHERE item_id = $1
