INSERT INTO approved_list_entry (list_id, item_id, start_date, added_by)
SELECT $1, item_id, $3::date, $4 FROM unnest($2::text[]) AS item_id
