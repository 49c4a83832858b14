SELECT item_id, institution_count, median, lowest FROM price_figures($1::text[], $2, $3::date)
