-- Who wrote or handed in what is to be approved of an item ($1), and for whom they stood in, however often it was returned.
SELECT DISTINCT changed_by_id, changed_for_id
FROM item_version
WHERE item_id = $1 AND event IN ('item.drafted', 'item.draft_changed', 'item.submitted', 'item.proposed') AND changed_by_id IS NOT NULL
