SELECT movement.posting_number, movement.movement_id, movement.kind, movement.item_id, lot.lot_number, movement.serial,
       movement.from_location_id, movement.to_location_id, movement.quantity, movement.document,
       (extract(epoch FROM movement.posted_at) * 1000000)::bigint AS posted_us, movement.actor_id
FROM movement
JOIN lot ON lot.lot_id = movement.lot_id
WHERE movement.item_id = $1 AND movement.posting_number > $2::bigint AND ($4 = '' OR lot.lot_number = $4)
ORDER BY movement.posting_number LIMIT $3::int
