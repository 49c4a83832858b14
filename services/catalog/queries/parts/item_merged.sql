-- What an `item` became, when it was there twice.
LEFT JOIN LATERAL (
  SELECT item_merge.into_item_id AS merged_into_id FROM item_merge
  WHERE item_merge.item_id = item.item_id AND item_merge.state = 'approved'
) AS merged ON true
