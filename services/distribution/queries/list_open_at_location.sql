-- What stands in the way of closing a location: places below it, goods, transfers on their way from or to it, orders that are to be
-- delivered there.
SELECT name
FROM (
  SELECT 'locations/' || location_id AS name FROM location WHERE parent_location_id = $1 AND closed_at IS NULL
  UNION ALL
  SELECT DISTINCT 'items/' || item_id FROM account WHERE location_id = $1 AND (on_hand <> 0 OR reserved <> 0)
  UNION ALL
  -- Sent without a document, so on their way by no other name: "transit/{from}/{to}".
  SELECT DISTINCT 'items/' || item_id FROM account
  WHERE kind = 'transit' AND on_hand <> 0 AND (split_part(location_id, '/', 2) = $1 OR split_part(location_id, '/', 3) = $1)
  UNION ALL
  SELECT 'transfers/' || transfer_id FROM transfer WHERE state = 'sent' AND $1 IN (from_location_id, to_location_id)
  UNION ALL
  SELECT 'orders/' || order_id FROM procurement_pub.open_order WHERE deliver_to_location_id = $1
) AS open
ORDER BY name LIMIT $2::int
