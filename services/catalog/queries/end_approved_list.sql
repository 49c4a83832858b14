UPDATE approved_list SET end_date = greatest($2::date, start_date) - 1, version = version + 1 WHERE list_id = $1
