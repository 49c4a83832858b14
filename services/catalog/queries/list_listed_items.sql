-- What is on the approved list of each holder that has one on a day ($1); a list without anything has one row without an item.
SELECT list.holder, coalesce(entry.item_id, '') AS item_id
FROM approved_list AS list
LEFT JOIN approved_list_entry AS entry
  ON entry.list_id = list.list_id AND entry.start_date <= $1::date AND (entry.end_date IS NULL OR entry.end_date >= $1::date)
WHERE list.state = 'approved' AND list.start_date <= $1::date AND (list.end_date IS NULL OR list.end_date >= $1::date)
