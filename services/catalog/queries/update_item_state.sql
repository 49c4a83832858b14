UPDATE item
\ir parts/set_state.sql
    , event = $7, reason = $8, change_id = NULL, withdrawn_state = nullif($9, '')
WHERE item_id = $1
