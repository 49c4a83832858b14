UPDATE approved_list_entry SET end_date = greatest($3::date, start_date) - 1, removed_by = $4
WHERE list_id = $1 AND item_id = ANY ($2::text[]) AND end_date IS NULL
