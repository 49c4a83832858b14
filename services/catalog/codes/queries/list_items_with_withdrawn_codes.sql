SELECT item.item_id, item.display_name, item.national_code, found.state, found.effective_date, coalesce(found.new_code, '') AS new_code,
       coalesce(found.transcoding, '') AS transcoding, release.release_id, found.action
FROM item
CROSS JOIN LATERAL catalog.item_code_at(item.item_id, $2::date) AS found
JOIN code_release AS release USING (release_number)
WHERE item.item_id > $1
  AND EXISTS (SELECT FROM national_code_change AS change WHERE change.code = item.national_code COLLATE "C")
ORDER BY item.item_id
LIMIT $3
