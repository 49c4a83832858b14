-- For each item whether there is one, whether it is on the list without an end, and whether it is on it on the day or later.
SELECT line.position::int AS position, EXISTS (SELECT FROM item WHERE item.item_id = line.item_id) AS known,
       EXISTS (SELECT FROM approved_list_entry AS entry
               WHERE entry.list_id = $1 AND entry.item_id = line.item_id AND entry.end_date IS NULL) AS stays,
       EXISTS (SELECT FROM approved_list_entry AS entry
               WHERE entry.list_id = $1 AND entry.item_id = line.item_id AND entry.end_date >= $3::date) AS ends_later
FROM unnest($2::text[]) WITH ORDINALITY AS line (item_id, position)
ORDER BY line.position
